package io.rowmesh.rules.credible;

import java.util.HashSet;
import java.util.Set;

/**
 * One local transaction as the capture reads it, judged at its end: is it shipped with the timestamp it has, or withheld?
 * (convergence rules 6 and 7)
 */
public final class LocalTransaction {

    /** What becomes of it. */
    public enum Verdict {
        /** Every write in it is credible, or it is a touch. */
        SHIP,
        /** Not shipped as it is; every key it wrote becomes pending. */
        WITHHOLD
    }

    private final LogVersions versions;
    private final PendingKeys pending;
    private final long micros;
    private final WrittenKeys keys = new WrittenKeys();
    private final Set<WrittenKey> touched = new HashSet<>();
    private boolean writesPending;

    /** @param micros its commit timestamp, microseconds */
    public LocalTransaction(LogVersions versions, PendingKeys pending, long micros) {
        this.versions = versions;
        this.pending = pending;
        this.micros = micros;
    }

    /** The transaction says that it touches this key; said before the write itself, if there is one. */
    public void touches(WrittenKey key) {
        touched.add(key);
    }

    /** The touch of this key found no row and does not speak for it ({@link PendingKeys#mayDelete}): it is not shipped. */
    public void isVoid(WrittenKey key) {
        touched.remove(key);
    }

    public void wrote(WrittenKey key) {
        keys.add(key);
        writesPending |= !pending.isEmpty() && pending.holds(key) && !isTouched(key);
    }

    private boolean isTouched(WrittenKey key) {
        return touched.contains(key) || touched.contains(key.wholeTable());
    }

    /** The keys whose touch this is; settled when it is shipped. */
    public Set<WrittenKey> touched() {
        return touched;
    }

    /**
     * @param position    end of the commit in the local log (LSN)
     * @param latestMicros the latest that true time plus max-clock-skew can be, microseconds
     */
    public Verdict judge(long position, long latestMicros) {
        versions.passed(position);
        boolean credible = micros <= latestMicros && versions.isAbove(micros, keys);
        if (!credible || writesPending) {
            return Verdict.WITHHOLD;
        }
        versions.shipped(micros, keys);
        touched.forEach(pending::settled);
        return Verdict.SHIP;
    }
}
