package io.rowmesh.applier.mysql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * Which transactions run that may have written. InnoDB gives each a number when it first locks to write, and the numbers rise. Its list of
 * them is made anew at most every 100 ms and may be old, so a transaction of our own is begun first, and a list counts in which that one
 * runs the very statement that reads it. Needs the privilege PROCESS.
 */
final class RunningTransactions {

    /** Locks a table to write, and no row of it. */
    private static final String BEGIN = "select 1 from rowmesh.fence where region = '' for update";
    /** Numbers from 2^48 on stand for transactions that only read. */
    private static final String LIST = """
            select /* %1$s */ trx_id, trx_mysql_thread_id = connection_id(), coalesce(trx_query like '%%/* %1$s %%', false)
            from information_schema.innodb_trx where trx_id < 281474976710656""";
    private static final int ATTEMPTS = 20;
    private static final long PAUSE_MILLIS = 110;

    /**
     * @param next   greater than the number of any transaction that ran before this was asked
     * @param oldest number of the oldest one that runs; {@code next} when there is none
     */
    record Numbers(long next, long oldest) {
    }

    private RunningTransactions() {
    }

    /** @param connection with autocommit and no transaction */
    static Numbers look(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(BEGIN);
            for (int i = 0; i < ATTEMPTS; i++) {
                Numbers numbers = list(statement);
                if (numbers != null) {
                    return numbers;
                }
                pause();
            }
            throw new SQLException("information_schema.innodb_trx does not show the transactions that run: somebody reads it more than"
                    + " ten times a second, or this user lacks the privilege PROCESS", "55000");
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** Null when it is an old list. */
    private static Numbers list(Statement statement) throws SQLException {
        long own = 0;
        long oldest = Long.MAX_VALUE;
        try (ResultSet row = statement.executeQuery(LIST.formatted(UUID.randomUUID()))) {
            while (row.next()) {
                if (row.getBoolean(2)) {
                    own = row.getBoolean(3) ? row.getLong(1) : 0;
                } else {
                    oldest = Math.min(oldest, row.getLong(1));
                }
            }
        }
        return own == 0 ? null : new Numbers(own, Math.min(own, oldest));
    }

    private static void pause() throws SQLException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while looking for transactions", "57014", e);
        }
    }
}
