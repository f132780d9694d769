package io.rowmesh.applier.fence;

import io.rowmesh.schema.Seen;

/**
 * For how long nothing of one region was applied here, counted from look to look by a clock that is never set. A wrong wall
 * clock must fence nobody, neither must the time in which this node was down and could apply nothing.
 */
final class Silence {

    private Seen.Mark last;
    private long nanos;

    /** @param seconds counted by this node's former lives */
    Silence(long seconds) {
        nanos = seconds * 1_000_000_000L;
    }

    /**
     * @param applied      the region's last transaction (or heartbeat) that is applied here; null when none
     * @param elapsedNanos since the last look; 0 for the first
     */
    void look(Seen.Mark applied, long elapsedNanos) {
        if (applied != null && last != null && applied.compareTo(last) > 0) {
            nanos = 0;
        } else {
            nanos += elapsedNanos;
        }
        last = applied == null ? last : applied;
        if (last == null) {
            last = new Seen.Mark(0, 0);
        }
    }

    void begin() {
        nanos = 0;
    }

    long seconds() {
        return nanos / 1_000_000_000L;
    }

    boolean longerThan(long limitNanos) {
        return nanos > limitNanos;
    }
}
