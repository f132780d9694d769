package io.rowmesh.rules.credible;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The newest versions that stand in the local log before the place that the capture has reached: of local transactions that were
 * shipped, key by key, and of everything that a lane has begun to apply, whether it won or was dropped (convergence rule 6).
 * A local write that is not above the newest version of its key would lose to it in the other regions although it came after
 * it here: the clock was set back in between.
 *
 * <p>What it keeps is small, as it only has to be exact where clocks behave. Of shipped transactions the keys of the last two
 * seconds are known; a write not above what came before those is not credible whatever its key. Lanes note only how far
 * they are: a lane begins a change when the database's clock is past its timestamp (rule 3), so a local commit that stands
 * in the log behind that place is above it whatever its key, unless the clock was set back. Both lead to a needless touch
 * at worst, and only after a step of the clock.
 *
 * <p>For any number of threads.
 */
public final class LogVersions {

    /** How much of the recent past is known key by key, in microseconds of commit timestamps. */
    private static final long KNOWN_MICROS = 2_000_000;
    private static final int KNOWN_KEYS = 100_000;

    private final Deque<Begun> ahead = new ArrayDeque<>();
    private LongMap recent = new LongMap();
    private LongMap former = new LongMap();
    /** Of transactions that are not yet known to be durable in the change log: they may be judged again. */
    private LongMap unsure = new LongMap();
    private long newestUnsure = Long.MIN_VALUE;
    private long unsureHorizon = Long.MIN_VALUE;
    private final Deque<Begun> passedUnsure = new ArrayDeque<>();
    private long durableHorizon;
    private long recentBegan = Long.MIN_VALUE;
    private long newestOfRecent = Long.MIN_VALUE;
    private long newestOfFormer = Long.MIN_VALUE;
    /** No write at or below it is credible, whatever its key. */
    private long horizon;
    private long newest;
    private long newestBegun;

    /** Steps of one staircase: from this position of the log on, versions up to micros stand before. */
    private record Begun(long position, long clockMicros, long micros) {
    }

    /**
     * After a restart: nothing captured up to the newest of these timestamps is credible. Both {@link Long#MIN_VALUE} when there
     * is none.
     *
     * @param newestApplied the newest timestamp applied from another region at a place of the log that is not known, microseconds
     * @param newestShipped the newest timestamp ever shipped, microseconds
     */
    public LogVersions(long newestApplied, long newestShipped) {
        horizon = Math.max(newestApplied, newestShipped);
        durableHorizon = horizon;
        newest = horizon;
        newestBegun = newestApplied;
    }

    /**
     * After a restart, before anything else: what had been applied, in the order of the places where it began.
     *
     * @param position of the local log when it began to be applied, or before (LSN)
     * @param micros   its commit timestamp
     */
    public synchronized void appliedBefore(long position, long micros) {
        newest = Math.max(newest, micros);
        newestBegun = Math.max(newestBegun, micros);
        Begun last = ahead.peekLast();
        if (last == null || micros > last.micros()) {
            ahead.addLast(new Begun(position, micros, micros));
        }
    }

    /**
     * A lane is about to apply a transaction; called before its first statement, for what will lose as well.
     *
     * @param position    of the local log at that moment or before (LSN)
     * @param clockMicros the database's clock, read not after the position
     * @param micros      the transaction's commit timestamp, below the clock
     */
    public synchronized void begun(long position, long clockMicros, long micros) {
        newest = Math.max(newest, micros);
        newestBegun = Math.max(newestBegun, micros);
        Begun last = ahead.peekLast();
        if (last != null && micros <= last.micros()) {
            return;
        }
        if (last != null && micros < last.clockMicros()) {
            // Any local commit behind the former place is above both, as the clock was past both.
            ahead.removeLast();
            ahead.addLast(new Begun(last.position(), last.clockMicros(), micros));
        } else {
            ahead.addLast(new Begun(position, clockMicros, micros));
        }
    }

    /** The capture has come to a local transaction that ends at this position: what was begun before its end counts from now on. */
    synchronized void passed(long position) {
        while (!ahead.isEmpty() && ahead.peekFirst().position() < position) {
            Begun counts = ahead.removeFirst();
            horizon = Math.max(horizon, counts.micros());
            passedUnsure.addLast(counts);
        }
    }

    /** Whether a local write of these keys is above the newest version of each that stands before it in the log. */
    synchronized boolean isAbove(long micros, WrittenKeys keys) {
        if (micros <= horizon || micros <= unsureHorizon) {
            return false;
        }
        if (micros > newestOfRecent && micros > newestOfFormer && micros > newestUnsure) {
            return true;
        }
        if (keys.many()) {
            return false;
        }
        for (int i = 0; i < keys.size(); i++) {
            if (micros <= version(keys.number(i)) || micros <= version(keys.table(i))) {
                return false;
            }
        }
        return true;
    }

    private long version(long key) {
        return Math.max(unsure.get(key), Math.max(recent.get(key), former.get(key)));
    }

    /** A local transaction is shipped with its timestamp, unless the capture starts over before {@link #durable}. */
    synchronized void shipped(long micros, WrittenKeys keys) {
        newest = Math.max(newest, micros);
        if (keys.many()) {
            unsureHorizon = Math.max(unsureHorizon, micros);
            return;
        }
        newestUnsure = Math.max(newestUnsure, micros);
        for (int i = 0; i < keys.size(); i++) {
            unsure.raise(keys.number(i), micros);
        }
    }

    /** What was judged so far is durable and is not judged again. */
    public synchronized void durable() {
        horizon = Math.max(horizon, unsureHorizon);
        if (unsure.size() > 0) {
            turn(newestUnsure);
            newestOfRecent = Math.max(newestOfRecent, newestUnsure);
            unsure.forEach(recent::raise);
        }
        passedUnsure.clear();
        durableHorizon = horizon;
        forgetUnsure();
    }

    /** The capture starts over behind what is durable, and judges the rest again. */
    public synchronized void restarted() {
        horizon = durableHorizon;
        while (!passedUnsure.isEmpty()) {
            ahead.addFirst(passedUnsure.removeLast());
        }
        forgetUnsure();
    }

    private void forgetUnsure() {
        unsure = unsure.size() == 0 ? unsure : new LongMap();
        newestUnsure = Long.MIN_VALUE;
        unsureHorizon = Long.MIN_VALUE;
    }

    private void turn(long micros) {
        if (recentBegan == Long.MIN_VALUE) {
            recentBegan = micros;
        }
        if (micros - recentBegan >= KNOWN_MICROS || recent.size() >= KNOWN_KEYS) {
            horizon = Math.max(horizon, newestOfFormer);
            former = recent;
            newestOfFormer = newestOfRecent;
            recent = new LongMap();
            newestOfRecent = Long.MIN_VALUE;
            recentBegan = micros;
        }
    }

    /** The newest timestamp that a lane has begun to apply or this region has shipped, microseconds. */
    public synchronized long newest() {
        return newest;
    }

    /** The newest timestamp of another region that a lane has begun to apply, microseconds; {@link Long#MIN_VALUE} when none. */
    public synchronized long newestBegun() {
        return newestBegun;
    }
}
