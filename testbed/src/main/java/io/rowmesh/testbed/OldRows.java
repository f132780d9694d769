package io.rowmesh.testbed;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Makes rows old. */
public final class OldRows {

    /** Fewer than 2^31, beyond which a database that is not frozen in between refuses to go on. */
    private static final long AT_ONCE = 1_900_000_000L;

    private OldRows() {
    }

    /**
     * As many transactions pass as bring the server's counter (64 bits) to that number, with vacuums that keep up. Restarts the server.
     *
     * @param directory the server's
     */
    public static void passTransactions(TestingPostgres postgres, Path directory, long next) {
        long now = Long.parseLong(postgres.value("select pg_snapshot_xmax(pg_current_snapshot())::text"));
        while (true) {
            postgres.stop();
            now = Math.min(next, now + AT_ONCE);
            new TransactionCounter(directory.resolve("pgdata")).set(now);
            postgres.start();
            if (now == next) {
                return;
            }
            dropTimestamps(postgres);
        }
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
