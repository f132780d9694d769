package io.rowmesh.applier.write;

import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Applied transactions commit without waiting for the disk; this tells which are durable. Only they are acknowledged to the
 * origin, as PostgreSQL's own logical replication does it.
 */
final class Durability {

    private static final long POLL_EVERY_NANOS = 10_000_000L;

    private final Connection connection;
    private final AppliedMarks marks;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private SeenMark newest;
    private SeenMark durable;
    private long lastPoll;

    private record Pending(long lsn, SeenMark mark) {
    }

    Durability(Connection connection, AppliedMarks marks) {
        this.connection = connection;
        this.marks = marks;
    }

    void committed(TransactionHeader header) {
        long greatest = newest == null ? header.commitMicros() : Math.max(newest.commitMicros(), header.commitMicros());
        newest = new SeenMark(header.origin(), header.epoch(), header.sequence(), greatest);
    }

    /** Whether something is committed that is not yet known to be durable. */
    boolean waiting() {
        return newest != null && !newest.equals(durable);
    }

    /**
     * Asks the database, at most every 10 ms, between transactions.
     *
     * @return what has become durable since, or null
     */
    SeenMark poll() throws SQLException {
        if (!waiting() || System.nanoTime() - lastPoll < POLL_EVERY_NANOS) {
            return null;
        }
        lastPoll = System.nanoTime();
        long flushed = ask();
        SeenMark reached = null;
        while (!pending.isEmpty() && pending.peekFirst().lsn() <= flushed) {
            reached = pending.removeFirst().mark();
        }
        durable = reached == null ? durable : reached;
        return reached;
    }

    private long ask() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select (pg_current_wal_insert_lsn() - '0/0')::bigint,"
                + " (pg_current_wal_flush_lsn() - '0/0')::bigint"); ResultSet row = query.executeQuery()) {
            row.next();
            boolean known = !pending.isEmpty() && pending.peekLast().mark().equals(newest);
            if (!known) {
                pending.addLast(new Pending(row.getLong(1), newest));
                marks.applied(row.getLong(1), newest);
            }
            return row.getLong(2);
        } finally {
            connection.commit();
        }
    }
}
