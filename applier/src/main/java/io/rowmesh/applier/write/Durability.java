package io.rowmesh.applier.write;

import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * In PostgreSQL applied transactions commit without waiting for the disk; this tells which are durable. Only they are acknowledged to the
 * origin, as PostgreSQL's own logical replication does it. In MySQL they are once they are committed.
 */
final class Durability {

    private static final long POLL_EVERY_NANOS = 10_000_000L;

    private final RegionSession session;
    private final AppliedMarks marks;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private SeenMark newest;
    private SeenMark durable;
    private long lastPoll;

    private record Pending(long lsn, SeenMark mark) {
    }

    Durability(RegionSession session, AppliedMarks marks) {
        this.session = session;
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
        RegionSession.LogEnds ends = session.logEnds();
        boolean known = !pending.isEmpty() && pending.peekLast().mark().equals(newest);
        if (!known) {
            pending.addLast(new Pending(ends.written(), newest));
            marks.applied(ends.written(), newest);
        }
        return ends.flushed();
    }
}
