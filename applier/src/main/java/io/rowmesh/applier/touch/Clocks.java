package io.rowmesh.applier.touch;

import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.rules.credible.TrueTime;

import java.util.function.LongSupplier;

/** The clocks of this machine, and what they are worth ({@link TrueTime}). */
final class Clocks {

    private final LongSupplier wallMicros;
    private final LongSupplier nanos;
    private final TrueTime trueTime;

    /**
     * @param maxSkewMicros how far two right clocks may differ
     * @param wallMicros    the wall clock, microseconds since 1970-01-01 UTC
     * @param nanos         a clock that is never set, as System.nanoTime
     */
    Clocks(long maxSkewMicros, LongSupplier wallMicros, LongSupplier nanos) {
        this.wallMicros = wallMicros;
        this.nanos = nanos;
        this.trueTime = new TrueTime(maxSkewMicros, wallMicros.getAsLong(), nanos.getAsLong());
    }

    /** The latest commit timestamp that is credible now, microseconds. */
    long latestCredible(LogVersions versions) {
        return trueTime.latestCredible(wallMicros.getAsLong(), nanos.getAsLong(), versions.newestBegun());
    }

    long nanos() {
        return nanos.getAsLong();
    }
}
