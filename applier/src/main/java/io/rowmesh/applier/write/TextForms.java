package io.rowmesh.applier.write;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The session settings that decide how values are written as texts: the same wherever rowmesh reads or writes one (H47). */
public final class TextForms {

    static final String SQL = "set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set timezone = 'UTC';"
            + " set extra_float_digits = 3; set bytea_output = 'hex'; set standard_conforming_strings = on; set lc_monetary = 'C';";

    private TextForms() {
    }

    /** For the rest of the session. */
    public static void pin(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(SQL);
        }
    }
}
