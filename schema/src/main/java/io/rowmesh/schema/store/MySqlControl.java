package io.rowmesh.schema.store;

import io.rowmesh.schema.mysql.MySqlNames;
import org.flywaydb.core.Flyway;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The database {@code rowmesh} in the user's MySQL server. */
public final class MySqlControl {

    /** The folder of the migrations on the class path. */
    public static final String MIGRATIONS = "io/rowmesh/schema/migration/mysql";

    private MySqlControl() {
    }

    /** Brings the control tables to this version's form. The database is created when it is missing and may be. */
    public static void migrate(DataSource server) {
        migrations(server).migrate();
    }

    /** Whether the database is there, and the connected user may see it. */
    public static boolean isThere(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select count(*) from information_schema.schemata where schema_name = ?")) {
            query.setString(1, MySqlNames.CONTROL);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1) > 0;
            }
        }
    }

    /** The migrations, to be looked at. */
    public static Flyway migrations(DataSource server) {
        return Flyway.configure()
                .dataSource(server)
                .schemas(MySqlNames.CONTROL)
                .defaultSchema(MySqlNames.CONTROL)
                .locations("classpath:" + MIGRATIONS)
                .load();
    }
}
