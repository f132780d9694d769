package io.rowmesh.applier.write;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Whether other sessions see a committed transaction. The log shows a commit a moment before they do, or much longer where the
 * commit waits for a synchronous standby.
 */
final class Visibility {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Connection connection;
    /** Every transaction before this one (64 bits) has ended and is visible if it committed. */
    private long allBefore;
    /** The last transaction found visible: its rows come one after another, and an old snapshot may hold allBefore back. */
    private long lastVisible = -1;

    Visibility(Connection connection) {
        this.connection = connection;
    }

    /**
     * Returns when the transaction is visible; costs a round trip only when that is not known already.
     *
     * @param xid the low 32 bits of the number of a committed transaction, as the log has it
     * @throws SQLException with state 57014 when it does not become visible within 30 s, or on an interrupt
     */
    void await(long xid) throws SQLException {
        if (xid == lastVisible) {
            return;
        }
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!visible(xid)) {
            if (System.nanoTime() > deadline || Thread.interrupted()) {
                throw new SQLException("transaction " + xid + " is in the log but not visible yet: does its commit wait for a"
                        + " synchronous standby?", "57014");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(500_000);
        }
        lastVisible = xid;
    }

    private boolean visible(long xid) throws SQLException {
        if (allBefore > 0 && whole(xid, allBefore) < allBefore) {
            return true;
        }
        try (PreparedStatement query = connection.prepareStatement("""
                select pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint from pg_current_snapshot() s"""); ResultSet row = query.executeQuery()) {
            row.next();
            allBefore = row.getLong(1);
            long xmax = row.getLong(2);
            long whole = whole(xid, xmax);
            return whole < allBefore || (whole < xmax && inSnapshot(whole));
        } finally {
            connection.commit();
        }
    }

    private boolean inSnapshot(long whole) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "select pg_visible_in_snapshot(?::text::xid8, pg_current_snapshot())")) {
            query.setString(1, Long.toString(whole));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** The 64 bits of a number that is less than 2^31 away from another one. */
    static long whole(long xid, long near) {
        return near + (int) (xid - near);
    }
}
