package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.write.ApplyTransaction;
import io.rowmesh.applier.write.ClockSkewException;
import io.rowmesh.applier.write.Target;
import io.rowmesh.applier.write.WriteContext;
import io.rowmesh.rules.CausalDelivery;
import io.rowmesh.rules.SeenAhead;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The link from one origin to a region, and the lane that applies what comes over it, as production's lane does. */
final class Lane implements Actor {

    private final Region region;
    private final World world;
    private final int origin;
    private final Waits waits = new Waits();

    private MemorySession session;
    private Target target;
    private WriteContext context;
    private ApplyTransaction applying;
    private ShippedLog.Entry entry;
    private Deque<List<RowChange>> pieces;
    /** The sequence that must come next. */
    private long next;
    private long arrivesAt = -1;
    private long cutUntil;
    private boolean repeat;
    /** Applied, and acknowledged once the log is flushed so far. */
    private final Deque<long[]> unacknowledged = new ArrayDeque<>();

    Lane(Region region, int origin) {
        this.region = region;
        this.world = region.world;
        this.origin = origin;
    }

    @Override
    public boolean step() {
        if (!region.up) {
            return false;
        }
        try {
            if (target == null) {
                return connect();
            }
            // What is durable is asked of the database, over the same connection.
            session.ping();
            acknowledge();
            return applying == null ? receive() : apply();
        } catch (Blocked e) {
            return session != null && session.hasMoved();
        } catch (SQLException e) {
            disconnect(e.getMessage());
            return true;
        } catch (ClockSkewException e) {
            // As production: tried again until the clocks agree. A node that starts beside a wrong clock has to believe it.
            if (!world.clocksStep()) {
                throw new Broken(e.getMessage());
            }
            disconnect(e.getMessage());
            cutUntil = world.now + 1 + world.choices.next(100);
            return true;
        }
    }

    /** Two sessions cannot have one replication origin: the former one must have ended, whatever became of its commit. */
    private boolean connect() throws SQLException {
        if (world.now < cutUntil || !world.regions[origin].up || region.database.hasOrphan(origin)) {
            return false;
        }
        region.locks.settle(World.NAMES[origin]);
        session = new MemorySession(region.database, origin);
        target = region.target(session, origin);
        context = new WriteContext(target, region.options, region.locks(), region.tombstones, waits,
                world.planted == Fault.BEGUN_CHANGES_NOT_NOTED ? new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE) : region.versions,
                world.planted == Fault.HISTORY_OF_LATE ? new SeenAhead() : region.ahead);
        region.ahead.resumes(World.NAMES[origin], region.database.progress.newestMicros(origin));
        next = target.progress(World.NAMES[origin]).sequence() + 1;
        arrivesAt = -1;
        unacknowledged.clear();
        region.checkProgress(origin);
        return true;
    }

    private boolean receive() {
        ShippedLog log = world.regions[origin].log;
        long last = world.planted == Fault.SHIPPED_BEFORE_SYNC ? log.appended() : log.synced();
        if (next > last || !world.regions[origin].up) {
            return false;
        }
        if (arrivesAt < 0) {
            int delay = world.choices.perMille(400) ? world.profile.delay() : 2;
            arrivesAt = world.now + world.choices.next(delay);
        }
        if (world.now < arrivesAt) {
            return false;
        }
        if (!mayApply(log.entry(next).header())) {
            return false;
        }
        arrivesAt = -1;
        long sequence = repeat && log.has(next - 1) ? next - 1 : next;
        repeat = false;
        take(log.get(sequence));
        return true;
    }

    /** Convergence rule 9, by production's decision. */
    private boolean mayApply(TransactionHeader header) {
        return world.planted == Fault.NOT_CAUSAL
                || CausalDelivery.lacking(header, region.name, region.collector.appliedHere()).isEmpty();
    }

    private void take(ShippedLog.Entry arrived) {
        entry = arrived;
        if (entry.header().origin().equals(region.name)) {
            throw new Broken(region.name + " received its own transaction");
        }
        if (entry.header().sequence() != next && world.planted != Fault.DUPLICATES_APPLIED) {
            entry = null;
            disconnect("out of sequence");
            return;
        }
        if (entry.header().chunks() > 1) {
            pieces = new ArrayDeque<>();
            entry.changes().forEach(change -> pieces.add(List.of(change)));
            applying = ApplyTransaction.inPieces(context, header(), false);
        } else {
            pieces = null;
            applying = ApplyTransaction.whole(context, header(), entry.changes());
        }
    }

    private TransactionHeader header() {
        TransactionHeader told = entry.header();
        return world.planted != Fault.HISTORY_OF_SEEN ? told : new TransactionHeader(told.origin(), told.epoch(), told.sequence(), told.commitMicros(),
                told.sourcePosition(), told.rows(), told.chunks(), List.of(), told.heartbeat());
    }

    private boolean apply() throws SQLException {
        waits.forTime = false;
        if (!applying.step() && !applying.isDone()) {
            if (pieces.isEmpty()) {
                applying.end();
            } else {
                applying.add(pieces.removeFirst());
            }
        }
        if (applying.isDone()) {
            done();
        }
        return !waits.forTime;
    }

    private void done() throws SQLException {
        // Production asks the database here where its log stands.
        session.ping();
        long sequence = entry.header().sequence();
        if (world.trace != null) {
            world.trace(region.name + " applied " + origin() + " " + sequence);
        }
        unacknowledged.add(new long[] {sequence, region.database.log.size()});
        next = sequence + 1;
        applying = null;
        entry = null;
    }

    private void acknowledge() throws SQLException {
        session.ping();
        while (!unacknowledged.isEmpty() && (unacknowledged.peekFirst()[1] <= region.database.flushed
                || world.planted == Fault.ACKNOWLEDGED_BEFORE_FLUSH)) {
            long durable = unacknowledged.removeFirst()[0];
            region.ahead.durable(origin(), 1, durable);
            world.regions[origin].acknowledged(region.number, durable);
        }
    }

    private String origin() {
        return World.NAMES[origin];
    }

    /** The link is cut, or the connection to the database broke. */
    void disconnect(String why) {
        if (target == null) {
            return;
        }
        if (world.trace != null) {
            world.trace(region.name + " lane of " + origin() + " ends: " + why);
        }
        session.close();
        if (applying != null) {
            applying.abandon();
            if (world.planted == Fault.LOCK_FREED_WHILE_COMMIT_UNKNOWN) {
                region.locks.settle(origin());
            }
        }
        target = null;
        session = null;
        applying = null;
        entry = null;
    }

    void cut(long micros) {
        disconnect("cut");
        cutUntil = world.now + micros;
    }

    /** The next transaction comes twice. */
    void repeatNext() {
        repeat = true;
    }

    void heal() {
        cutUntil = 0;
        repeat = false;
    }

    /** With the whole node. */
    void stop() {
        disconnect("node down");
        unacknowledged.clear();
    }

    @Override
    public boolean isQuiet() {
        return session != null && session.isOpen() && applying == null && next > world.regions[origin].log.synced();
    }

    boolean isInStatement() {
        return session != null && session.isInStatement();
    }

    /**
     * Whether nobody else can tell when its next step is taken, nor change what it does, in small scopes: it receives what was shipped
     * before, or has all rows written. Not while something is to be acknowledged, as each of its steps does that first.
     */
    boolean isPrivate() {
        boolean arrived = applying == null && next <= world.regions[origin].log.synced() && !world.regions[origin].log.entry(next).header().causal();
        return target != null && unacknowledged.isEmpty() && (arrived || applying != null && applying.isWritten());
    }

    /** A step of applying and acknowledging what was shipped up to this sequence. @return whether nothing of it is left */
    boolean settle(long upTo) {
        if (target == null || applying != null || next <= upTo) {
            step();
            return false;
        }
        try {
            acknowledge();
        } catch (SQLException e) {
            throw new Broken(e.getMessage());
        }
        return unacknowledged.isEmpty();
    }

    /** Whether its next step does nothing, whatever others do before. */
    boolean isAtRest() {
        return isQuiet() && unacknowledged.isEmpty();
    }
}
