package io.rowmesh.rules.credible;

/**
 * How late it can truly be. A node has no true time, only clocks, each of which may be wrong:
 * <ul>
 * <li>the wall clock of its machine, which may be set back and forth, often together with the database's;
 * <li>a clock that is never set (System.nanoTime), carried on from a moment when the wall clock was believed: it does not follow a
 *     step of the wall clock, neither a wrong nor a right one;
 * <li>the commit timestamps of other regions' transactions that were applied here: it is not earlier than those.
 * </ul>
 * It is taken to be no later than the earlier of the first two, or than the third where that is later. So a jump ahead of this
 * machine alone is not believed, and one that the other regions share is, as soon as anything of theirs arrives. While
 * nothing arrives, doubt costs nothing: nothing could be shipped either.
 */
public final class TrueTime {

    private final long maxSkewMicros;
    private long believedMicros;
    private long believedNanos;

    /**
     * @param maxSkewMicros how far two right clocks may differ
     * @param wallMicros    the wall clock now, which is believed
     * @param nanos         the clock that is never set, now
     */
    public TrueTime(long maxSkewMicros, long wallMicros, long nanos) {
        this.maxSkewMicros = maxSkewMicros;
        this.believedMicros = wallMicros;
        this.believedNanos = nanos;
    }

    /**
     * The latest commit timestamp that is credible now, microseconds since 1970-01-01 UTC.
     *
     * @param foreignMicros newest commit timestamp of another region that was applied here; {@link Long#MIN_VALUE} when none
     */
    public synchronized long latestCredible(long wallMicros, long nanos, long foreignMicros) {
        long steady = believedMicros + (nanos - believedNanos) / 1_000;
        boolean confirmed = foreignMicros != Long.MIN_VALUE && Math.abs(wallMicros - foreignMicros) <= maxSkewMicros;
        if (confirmed) {
            believedMicros = wallMicros;
            believedNanos = nanos;
            steady = wallMicros;
        }
        return Math.max(foreignMicros, Math.min(wallMicros, steady)) + maxSkewMicros;
    }
}
