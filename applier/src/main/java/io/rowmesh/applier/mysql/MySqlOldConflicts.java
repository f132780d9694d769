package io.rowmesh.applier.mysql;

import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * Deletes conflicts that are older than what is kept, a few at a time, each time in a transaction of its own: nobody waits for it.
 * There are no partitions to be dropped, as a change of a table's definition breaks off any {@code mysqldump --single-transaction}
 * that comes to the table later.
 */
public final class MySqlOldConflicts {

    private static final int AT_ONCE = 500;

    private final DataSource pool;
    private final Duration keep;

    /** @param keep how long a conflict stays in the history */
    public MySqlOldConflicts(DataSource pool, Duration keep) {
        this.pool = pool;
        this.keep = keep;
    }

    /** Deletes for a few seconds at most; the next call goes on. */
    public void step() throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        try (Connection connection = pool.getConnection()) {
            List<Long> old = old(connection);
            while (!old.isEmpty()) {
                delete(connection, old);
                old = old.size() < AT_ONCE || System.nanoTime() > end ? List.of() : old(connection);
            }
        }
    }

    /** Without a lock: a delete by their time would wait for the row behind the last of them, which a lane may just be writing. */
    private List<Long> old(Connection connection) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select conflict_id from rowmesh.conflict where noted_at < "
                + ControlSql.MYSQL.sinceAgo() + " order by noted_at limit " + AT_ONCE)) {
            query.setLong(1, TimeUnit.MILLISECONDS.toMicros(keep.toMillis()));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
        }
        return ids;
    }

    /** One by one: a list of them may be found by a scan, which locks every row. */
    private static void delete(Connection connection, List<Long> ids) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement delete = connection.prepareStatement("delete from rowmesh.conflict where conflict_id = ?")) {
            for (long id : ids) {
                delete.setLong(1, id);
                delete.addBatch();
            }
            delete.executeBatch();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
