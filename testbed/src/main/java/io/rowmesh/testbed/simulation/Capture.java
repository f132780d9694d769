package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.write.KeptRounds;
import io.rowmesh.applier.write.LocalRepairs;
import io.rowmesh.applier.write.Target;
import io.rowmesh.applier.write.WriteContext;
import io.rowmesh.rules.credible.LocalTransaction;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The capture of a region: reads the flushed log in order, has local writes repaired, appends them to the change log, syncs
 * it, and lets the slot move. Between any two of these anything else may happen.
 */
final class Capture implements Actor {

    private enum State { DOWN, STARTING, READING, REPAIRING, SYNCING, CONFIRMING, ROUNDING }

    private final Region region;
    private final World world;
    private final Waits waits = new Waits();

    private State state = State.DOWN;
    private MemorySession session;
    private Target target;
    private LocalRepairs repairs;
    private KeptRounds rounds;
    /** How much of the log is read. */
    private int position;
    /** How much of it was ever read. */
    private int met;
    /** By origin: the last applied transaction that stands before in the log, and the greatest timestamp of those. */
    private long[] seen;
    private long[] seenMicros;
    private boolean gathered;
    /** Place of the transaction that was judged last: its repairs may have to wait, and it is not judged again. */
    private int judgedAt;
    /** What that settles once it is appended. */
    private Set<WrittenKey> settling = Set.of();
    /** Keys were settled since hidden rows were looked at. */
    private boolean touched;
    /** Settled by touches or later writes that are not yet durable in the change log. */
    private final Set<WrittenKey> settled = new HashSet<>();

    Capture(Region region) {
        this.region = region;
        this.world = region.world;
    }

    @Override
    public boolean step() {
        if (!region.up) {
            return false;
        }
        try {
            if (target != null) {
                session.ping();
            }
            return switch (state) {
                case DOWN -> connect();
                case STARTING -> repair(State.READING);
                case READING -> read();
                case REPAIRING -> repair(world.planted == Fault.SHIPPED_BEFORE_TOMBSTONE ? State.CONFIRMING : State.SYNCING);
                case SYNCING -> sync();
                case CONFIRMING -> confirm();
                case ROUNDING -> round();
            };
        } catch (Blocked e) {
            return session != null && session.hasMoved();
        } catch (SQLException e) {
            if (world.trace != null) {
                world.trace(region.name + " capture starts over: " + e.getMessage());
            }
            stop();
            return true;
        }
    }

    private boolean connect() {
        if (region.database.hasOrphan(region.number)) {
            return false;
        }
        region.log.discardUnsynced();
        session = new MemorySession(region.database, region.number);
        target = region.target(session, region.number);
        repairs = new LocalRepairs(new WriteContext(target, region.options, region.locks(), region.tombstones, waits));
        repairs.start();
        rounds = new KeptRounds(new WriteContext(target, region.options, region.locks(), region.tombstones, waits));
        position = region.confirmed;
        seen = new long[world.profile.regions()];
        seenMicros = new long[seen.length];
        ShippedLog.Entry last = region.log.last();
        if (last != null) {
            for (SeenMark mark : last.header().seen()) {
                seen[World.number(mark.origin())] = mark.sequence();
                seenMicros[World.number(mark.origin())] = mark.commitMicros();
            }
        }
        gathered = false;
        settled.clear();
        judgedAt = 0;
        region.versions.restarted();
        region.loadPending();
        state = State.STARTING;
        return true;
    }

    private boolean repair(State following) throws SQLException {
        if (!repairs.step()) {
            state = following;
        }
        return true;
    }

    private boolean read() throws SQLException {
        if (!gathered && world.keepsStates() && world.choices.perMille(world.healed ? 100 : 20)) {
            state = State.ROUNDING;
            return true;
        }
        if (!gathered && world.clocksStep() && world.profile.unique() && (touched || world.choices.perMille(world.healed ? 100 : 20))) {
            repairs.lookAtHidden(!touched);
            touched = false;
            state = State.STARTING;
            return true;
        }
        if (position >= region.database.flushed || gathered && world.choices.perMille(world.profile.unbatched())) {
            state = gathered ? world.planted == Fault.SHIPPED_BEFORE_TOMBSTONE ? State.SYNCING : State.REPAIRING : State.READING;
            return gathered;
        }
        DbTransaction next = region.database.log.get(position);
        if (!next.local && next.changes.isEmpty()) {
            see(next);
        } else if (!isShipped(next)) {
            capture(next);
        }
        position++;
        met = Math.max(met, position);
        return true;
    }

    private void see(DbTransaction applied) {
        if (applied.sequence > 0) {
            seen[applied.origin] = Math.max(seen[applied.origin], applied.sequence);
            seenMicros[applied.origin] = Math.max(seenMicros[applied.origin], applied.micros);
        }
    }

    private boolean isShipped(DbTransaction transaction) {
        ShippedLog.Entry last = region.log.last();
        return last != null && transaction.position <= last.header().sourcePosition();
    }

    private void capture(DbTransaction captured) throws SQLException {
        long sequence = region.log.nextSequence();
        if (judgedAt != captured.position) {
            captured.shipped = world.clocksStep() ? judged(captured) : captured.changes;
            judgedAt = captured.position;
        }
        List<RowChange> changes = captured.shipped;
        if (changes == null || changes.isEmpty()) {
            settled.addAll(settling);
            if (!gathered) {
                settle();
            }
            return;
        }
        repairs.onRows(new Version(captured.shippedMicros(), region.name), 1, sequence, captured.number, Seen.of(marks()), changes);
        region.checkOrigin(captured);
        boolean heartbeat = changes.get(0).table() == Table.HEARTBEAT;
        boolean chunked = changes.size() > 1 && world.choices.perMille(world.profile.chunked());
        TransactionHeader header = new TransactionHeader(region.name, 1, sequence, captured.shippedMicros(), captured.position,
                changes.size(), chunked ? changes.size() : 1, marks(), heartbeat, true,
                changes.stream().anyMatch(change -> region.options.rules().apply(change.table().id()).deciding()));
        region.log.append(new ShippedLog.Entry(header, changes));
        settled.addAll(settling);
        if (heartbeat && world.planted == Fault.HEARTBEAT_OVERTAKES_DELETE) {
            region.log.overtake();
        }
        gathered = true;
        if (world.trace != null) {
            world.trace(region.name + " captured " + sequence + " " + World.text(captured));
        }
        if (world.planted == Fault.CONFIRMED_BEFORE_SYNC) {
            region.confirmed = captured.position;
        }
    }

    /** Rows that were left as they were, and states that nobody needs; everything before the position is joined and synced. */
    private boolean round() throws SQLException {
        if (!rounds.step(position, region.log.synced())) {
            state = State.READING;
        }
        return true;
    }

    /**
     * No node writes over a row of its own users that the capture has not met. Where two of them were written at the same
     * microsecond, which takes a clock that stands still, the second is taken for the first until it is met.
     */
    void mustNotVanish(Tuple row) {
        if (row.xmin.local && row.xmin.position > met && region.database.log.subList(0, met).stream()
                .noneMatch(each -> each.local && each.micros == row.xmin.micros)) {
            throw new Broken(region.name + " wrote over a local write before it was captured: " + World.text(row.xmin));
        }
    }

    /** What is shipped of a transaction: all of it, or nothing (null), and then its keys are pending (convergence rules 6 and 7). */
    private List<RowChange> judged(DbTransaction captured) throws SQLException {
        LocalTransaction judged = new LocalTransaction(region.versions, region.pending, captured.micros);
        captured.countsOnly = false;
        settling = Set.of();
        List<RowChange> changes = captured.touch == null ? captured.changes.stream().map(this::whole).toList() : touched(captured, judged);
        changes.forEach(change -> judged.wrote(WrittenKey.of(change)));
        boolean ships = judged.judge(captured.position, region.latestCredible()) == LocalTransaction.Verdict.SHIP
                || world.planted == Fault.INCREDIBLE_SHIPPED
                || captured.touch != null && world.planted == Fault.TOUCH_WHATEVER_ITS_TIMESTAMP;
        if (ships) {
            settling = judged.settled();
            return changes;
        }
        for (RowChange change : changes) {
            if (change.table() != Table.HEARTBEAT) {
                region.withheld(WrittenKey.of(change), captured);
                settled.remove(WrittenKey.of(change));
            }
        }
        if (world.trace != null) {
            world.trace(region.name + " withholds " + World.text(captured));
        }
        List<RowChange> counting = changes.stream().filter(change -> counts(change.table().id())).toList();
        captured.countsOnly = !counting.isEmpty();
        return captured.countsOnly ? counting : null;
    }

    private boolean counts(TableId table) {
        return region.options.rules().apply(table).counts();
    }

    /** As production's assembly says all of a row of which earlier writes were not shipped. */
    private RowChange whole(RowChange change) {
        return change instanceof RowChange.Update update && !region.options.rules().apply(change.table().id()).deciding()
                && region.pending.holds(WrittenKey.of(change)) && world.planted != Fault.PENDING_SAYS_WHAT_CHANGED ? update.whole() : change;
    }

    private List<RowChange> touched(DbTransaction captured, LocalTransaction judged) {
        WrittenKey key = captured.touch.key;
        region.toucher.captured(key);
        judged.touches(key);
        if (!captured.touch.gone || counts(key.table())) {
            return captured.changes;
        }
        if (!region.pending.mayDelete(key, captured.touch.after) && world.planted != Fault.RACED_TOUCH_SHIPPED) {
            judged.isVoid(key);
            return captured.changes;
        }
        List<RowChange> changes = new ArrayList<>();
        TableShape shape = region.database.table(key.table()).shape;
        changes.add(key.isWholeTable() ? new RowChange.Truncate(shape)
                : new RowChange.Delete(shape, shape.keyOnly(World.KEYS[World.slot(key.key())])));
        changes.addAll(captured.changes);
        return changes;
    }

    private List<SeenMark> marks() {
        List<SeenMark> marks = new ArrayList<>(seen.length);
        for (int i = 0; i < seen.length; i++) {
            if (seen[i] > 0) {
                marks.add(new SeenMark(World.NAMES[i], 1, told(i), seenMicros[i]));
            }
        }
        return marks;
    }

    private long told(int origin) {
        if (world.planted == Fault.SEEN_OVERSTATED) {
            return Math.min(seen[origin] + 1, Math.max(seen[origin], world.regions[origin].log.synced()));
        }
        if (world.planted == Fault.SEEN_TOLD_BY_TIMESTAMP) {
            return Math.max(seen[origin], world.regions[origin].log.newestUpTo(seenMicros[origin]));
        }
        return world.planted == Fault.SEEN_UNDERSTATED ? seen[origin] - 1 : seen[origin];
    }

    private boolean sync() {
        region.log.sync();
        settle();
        region.versions.durable();
        gathered = false;
        state = world.planted == Fault.SHIPPED_BEFORE_TOMBSTONE ? State.REPAIRING : State.CONFIRMING;
        return true;
    }

    private void settle() {
        region.settled(settled);
        touched |= world.profile.unique() && !settled.isEmpty() && world.planted != Fault.UNIQUE_TOUCHED_NOT_LOOKED_AT;
        settled.clear();
    }

    private boolean confirm() {
        region.confirmed = Math.max(region.confirmed, (int) region.log.last().header().sourcePosition());
        state = State.READING;
        return true;
    }

    /** The sequence up to which the own transactions are settled. */
    long settled() {
        return rounds == null ? 0 : rounds.settled();
    }

    /** Its connection breaks, or its node dies. */
    void stop() {
        if (target != null) {
            session.close();
            repairs.abandon();
            rounds.abandon();
            if (world.planted == Fault.LOCK_FREED_WHILE_COMMIT_UNKNOWN) {
                region.locks.settle(region.name);
            }
        }
        target = null;
        session = null;
        state = State.DOWN;
    }

    @Override
    public boolean isQuiet() {
        return state == State.READING && session.isOpen() && !gathered && !touched && position >= region.database.log.size() && !region.database.anyRowWaits();
    }

    boolean isInStatement() {
        return session != null && session.isInStatement();
    }

    /**
     * Whether nobody else can tell when its next step is taken, nor change what it does, in small scopes: there each captured transaction is
     * repaired, synced and confirmed alone, and no other region reads meanwhile what is shipped here.
     */
    boolean isPrivate() {
        return state == State.READING && gathered || state == State.SYNCING || state == State.CONFIRMING;
    }
}
