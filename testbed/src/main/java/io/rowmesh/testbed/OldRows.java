package io.rowmesh.testbed;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Makes rows old. */
public final class OldRows {

    private OldRows() {
    }

    /** Freezes every database of the server: it drops the commit timestamps of all that is committed. */
    public static void dropTimestamps(TestingPostgres postgres) {
        postgres.execute("update pg_database set datallowconn = true");
        for (String database : List.of("template0", "template1", "postgres")) {
            String url = postgres.jdbcUrl().replace("/postgres?", "/" + database + "?");
            try (Connection connection = DriverManager.getConnection(url); Statement statement = connection.createStatement()) {
                statement.execute("vacuum (freeze)");
            } catch (SQLException e) {
                throw new IllegalStateException("cannot freeze " + database + ": " + e.getMessage(), e);
            }
        }
    }
}
