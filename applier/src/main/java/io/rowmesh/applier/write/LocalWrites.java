package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.Version;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * What a node does about its own region's writes when the capture sees them, before they are shipped: {@link LocalRepairs}
 * over a connection of its own, made anew after a fault. Used by the capture's thread alone; what it writes is under the
 * node's own origin and never shipped. Tables to which nothing is applied need none of it.
 */
public final class LocalWrites implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalWrites.class);

    private static final int VALID_WITHIN_SECONDS = 5;

    /** Between steps of the rounds over what is kept of keys. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final RegionSessions sessions;
    private final ApplierOptions options;
    private final KeyLocks locks;
    private final TombstoneIndex index;

    private RegionSession session;
    private LocalRepairs repairs;
    private KeptRounds rounds;
    private long nextRound;
    private volatile Seen.Mark settled;
    private String historyRefused;

    public LocalWrites(RegionSessions sessions, ApplierOptions options, KeyLocks locks, TombstoneIndex index) {
        this.sessions = sessions;
        this.options = options;
        this.locks = locks;
        this.index = index;
    }

    /**
     * Connects when it is not, learns the tombstones that stand, and repeats every second look that a restart may have cut
     * short. After an error call {@link #close}; the next call here begins anew.
     */
    public void start() throws SQLException {
        if (session != null) {
            return;
        }
        session = sessions.open(ApplierSession.SELF, options);
        try {
            WriteContext context = new WriteContext(session.target(), options, locks, index, new BlockingWaits());
            repairs = new LocalRepairs(context);
            rounds = new KeptRounds(context);
            repairs.start();
            repairs.run();
        } catch (SQLException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * For each start of the capture: begins anew when the connection is gone. A crash of the database may have undone second
     * looks, which {@link #start} repeats.
     */
    public void restart() throws SQLException {
        if (session != null) {
            if (!session.isValid(VALID_WITHIN_SECONDS)) {
                close();
            } else {
                session.target().rollback();
            }
        }
        start();
    }

    /**
     * Notes a piece of a captured local transaction.
     *
     * @param sequence the number it will have when it is shipped
     * @param xid      its transaction number in the local database, 32 bits
     */
    public void onRows(Version version, int epoch, long sequence, long xid, List<RowChange> changes) throws SQLException {
        onRows(version, epoch, sequence, xid, null, changes);
    }

    /** @param seen what the transaction had seen of other regions, exact in the order of the log; null when that is not known */
    public void onRows(Version version, int epoch, long sequence, long xid, Seen seen, List<RowChange> changes) throws SQLException {
        repairs.onRows(version, epoch, sequence, xid, seen, changes);
    }

    /** As {@link #beforeSync(long)}, every noted transaction being whole. */
    public void beforeSync() throws SQLException {
        beforeSync(Long.MAX_VALUE);
    }

    /**
     * Called before the change log is synced: afterwards every noted delete has its durable tombstone, and every noted write of a
     * key whose state is kept is part of it.
     *
     * @param last the sequence of the last transaction of which all rows were noted
     */
    public void beforeSync(long last) throws SQLException {
        repairs.run(last);
        if (repairs.historyRefused() != null && !repairs.historyRefused().equals(historyRefused)) {
            LOG.warn("conflicts with local writes are not kept: {}", repairs.historyRefused());
        }
        historyRefused = repairs.historyRefused();
    }

    /**
     * Called once the change log is synced: writes rows that were left as they were, and drops states that nobody needs.
     *
     * @param position the log position (LSN) up to which everything captured is durable in the change log
     * @param last     the last transaction in it
     */
    public void afterSync(long position, Seen.Mark last) throws SQLException {
        long now = System.nanoTime();
        if (now - nextRound >= 0) {
            lookAtHidden(true);
            round(position, last.sequence());
            settled = rounds.settled() == 0 ? null : new Seen.Mark(last.epoch(), rounds.settled());
            nextRound = now + PAUSE.toNanos();
        }
    }

    /** Keys were touched, and wait no more: which rows are hidden is decided by their versions. */
    public void afterTouch() throws SQLException {
        lookAtHidden(false);
    }

    private void lookAtHidden(boolean pending) throws SQLException {
        if (options.hidesRows()) {
            repairs.lookAtHidden(pending);
            repairs.run();
        }
    }

    /**
     * Up to where the own transactions are settled: all that ran when they were captured is captured, too. For heartbeats; null
     * while it is not known.
     */
    public Seen.Mark settled() {
        return settled;
    }

    /** As far as it goes now. */
    void round(long position, long last) throws SQLException {
        while (rounds.step(position, last)) {
            continue;
        }
    }

    @Override
    public void close() throws SQLException {
        if (session == null) {
            return;
        }
        RegionSession old = session;
        session = null;
        try {
            old.close();
        } finally {
            if (repairs != null) {
                repairs.abandon();
            }
            if (rounds != null) {
                rounds.abandon();
            }
            repairs = null;
            rounds = null;
        }
    }
}
