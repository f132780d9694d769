package io.rowmesh.applier.write;

import io.rowmesh.rules.SeenAhead;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/**
 * One connection's life of a lane: everything that writes one origin's transactions, made anew with each connection, as what
 * it remembers may be void after a fault.
 */
final class LaneWriter implements AutoCloseable {

    private final WriteContext context;
    private final RegionSession session;
    private final Durability durability;
    private final ParkedRetry retry;
    private Progress progress;
    /** The transaction under way; one that failed stays here until {@link #close}. */
    private ApplyTransaction current;

    private LaneWriter(WriteContext context, RegionSession session, Durability durability, ParkedRetry retry, Progress progress) {
        this.context = context;
        this.session = session;
        this.durability = durability;
        this.retry = retry;
        this.progress = progress;
    }

    /** Where nobody captures. */
    static LaneWriter connect(String origin, RegionSessions sessions, ApplierOptions options, KeyLocks locks,
                              TombstoneIndex index, AppliedMarks marks) throws SQLException {
        return connect(origin, sessions, options, locks, index, marks, new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE), new SeenAhead());
    }

    static LaneWriter connect(String origin, RegionSessions sessions, ApplierOptions options, KeyLocks locks,
                              TombstoneIndex index, AppliedMarks marks, LogVersions versions, SeenAhead ahead) throws SQLException {
        RegionSession session = sessions.open(origin, options);
        // The former one has ended, whatever became of its commit.
        locks.settle(origin);
        try {
            Target target = session.target();
            Progress progress = target.progress(origin);
            ahead.resumes(origin, session.newestMicros(origin));
            target.commit();
            WriteContext context = new WriteContext(target, options, locks, index, new BlockingWaits(), versions, ahead);
            return new LaneWriter(context, session, new Durability(session, marks),
                    new ParkedRetry(session.connection(), session.retry(), context, origin), progress);
        } catch (SQLException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    Progress progress() {
        return progress;
    }

    /** What the database says that is applied of any origin; not while a transaction is under way. */
    Progress progressOf(String any) throws SQLException {
        Progress read = context.target().progress(any);
        context.target().commit();
        return read;
    }

    /** Applies a transaction that is here whole; goes over to careful mode by itself when a row is refused. */
    Outcome apply(TransactionHeader header, List<RowChange> changes) throws SQLException {
        current = ApplyTransaction.whole(context, header, session.incoming(changes));
        return finish(header);
    }

    /** Begins a transaction that arrives in pieces: then {@link #write} for each, and {@link #finish}. */
    void begin(TransactionHeader header, boolean careful) throws SQLException {
        current = ApplyTransaction.inPieces(context, header, careful);
        current.run();
    }

    void write(List<RowChange> changes) throws SQLException {
        current.add(session.incoming(changes));
        current.run();
    }

    Outcome finish(TransactionHeader header) throws SQLException {
        current.end();
        current.run();
        progress = progress.after(header);
        durability.committed(header);
        return current.outcome();
    }

    /** Applies parked changes again that a person, or the end of what they waited for, has made due; seldom looks. */
    void retryParked(Consumer<Outcome> done) throws SQLException {
        retry.whenDue(done);
    }

    boolean waitsForDisk() {
        return durability.waiting();
    }

    /** What has become durable since the last call, or null. */
    SeenMark newlyDurable() throws SQLException {
        SeenMark durable = durability.poll();
        if (durable != null) {
            context.ahead().durable(durable.origin(), durable.epoch(), durable.sequence());
        }
        return durable;
    }

    @Override
    public void close() throws SQLException {
        try {
            session.close();
        } finally {
            if (current != null) {
                current.abandon();
            }
        }
    }
}
