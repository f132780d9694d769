package io.rowmesh.rules.credible;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One local transaction as the capture reads it, judged at its end: is it shipped with the timestamp it has, or withheld?
 * (convergence rules 6 and 7)
 *
 * <p>Whether its keys are pending does not matter: a write of the whole row that is credible is above all that was dropped here
 * against the versions that were withheld, as that was begun before it in the log. So it says of its keys what a touch would,
 * and settles them. Were it withheld as well, withholding would spread from key to key while the capture lags
 * (docs/decisions/0008-touch-and-fence.md).
 */
public final class LocalTransaction {

    /** What becomes of it. */
    public enum Verdict {
        /** Every write in it is credible. */
        SHIP,
        /** Not shipped as it is; every key it wrote becomes pending. */
        WITHHOLD
    }

    private final LogVersions versions;
    private final PendingKeys pending;
    private final long micros;
    private final WrittenKeys keys = new WrittenKeys();
    private final Set<WrittenKey> settled = new HashSet<>();
    /** Pending keys that it wrote. */
    private final Set<WrittenKey> written = new HashSet<>();
    private boolean mustWait;

    /** @param micros its commit timestamp, microseconds */
    public LocalTransaction(LogVersions versions, PendingKeys pending, long micros) {
        this.versions = versions;
        this.pending = pending;
        this.micros = micros;
    }

    /** The transaction says that it touches this key; said before the write itself, if there is one. */
    public void touches(WrittenKey key) {
        settled.add(key);
    }

    /** The touch of this key found no row and does not speak for it ({@link PendingKeys#mayDelete}): it is not shipped. */
    public void isVoid(WrittenKey key) {
        settled.remove(key);
    }

    public void wrote(WrittenKey key) {
        keys.add(key);
        if (pending.isEmpty() || settled.contains(key) || settled.contains(key.wholeTable())) {
            return;
        }
        mustWait |= pending.needsTouch(key);
        if (pending.holds(key)) {
            written.add(key);
        }
    }

    /** The keys of which it says what stands, some of them pending; settled when it is shipped. */
    public Set<WrittenKey> settled() {
        return settled;
    }

    /**
     * @param position    end of the commit in the local log (LSN)
     * @param latestMicros the latest that true time plus max-clock-skew can be, microseconds
     */
    public Verdict judge(long position, long latestMicros) {
        versions.passed(position);
        if (micros > latestMicros || !versions.isAbove(micros, keys) || mustWait || wasWithheld(position)) {
            return Verdict.WITHHOLD;
        }
        for (WrittenKey key : written) {
            if (pending.position(key) < position) {
                settled.add(key);
            }
        }
        versions.shipped(micros, keys);
        settled.forEach(pending::settled);
        return Verdict.SHIP;
    }

    /** Judged again after a restart it stays withheld, whatever is known now: a touch may have left its tombstone here. */
    private boolean wasWithheld(long position) {
        return !pending.isEmpty()
                && Stream.concat(written.stream(), settled.stream()).anyMatch(key -> pending.holds(key) && pending.position(key) == position);
    }
}
