package io.rowmesh.rules;

import io.rowmesh.schema.Seen;

import java.util.Collection;
import java.util.Map;

/**
 * What every region has seen, as far as one region can know it: its own progress, and for each other region what transactions
 * and heartbeats <em>applied here</em> have told. Decides what nothing in flight can need any more: tombstones (convergence
 * rule 14) and the metadata of other rules.
 *
 * <p>"Everybody has acknowledged it" is not enough. Regions a, b, c: b commits x; c deletes it, unseen by b; all three
 * acknowledge the delete; x, committed before b saw the delete, is still in b's change log and arrives after the tombstone
 * has gone. What b sent and was applied here tells that it had seen the delete, so x had been applied before.
 *
 * @param region  this region
 * @param regions all configured regions, this one included
 * @param applied this region's progress
 * @param heard   for each other region, what it has told that it had seen
 */
public record SeenMatrix(String region, Collection<String> regions, Seen applied, Map<String, Seen> heard) {

    private static final Seen.Mark EVERYTHING = new Seen.Mark(Integer.MAX_VALUE, Long.MAX_VALUE);

    /** For each origin the mark up to which every region has seen it; an origin is left out while somebody has seen nothing. */
    public Seen seenByAll() {
        return seenByAll(false);
    }

    /**
     * As {@link #seenByAll()}, where a region's own transactions count as seen by it only once it has told that its capture is past
     * every local transaction that ran when they were captured. Until then its users may have built on a row that a lane showed
     * although a local delete of it was not captured yet; what they wrote of it tells of single columns only.
     */
    public Seen settledEverywhere() {
        return seenByAll(true);
    }

    private Seen seenByAll(boolean settled) {
        Seen all = Seen.NONE;
        for (String origin : regions) {
            Seen.Mark mark = seenByAll(origin, settled && !origin.equals(region));
            if (mark != null) {
                all = all.with(origin, mark.epoch(), mark.sequence());
            }
        }
        return all;
    }

    private Seen.Mark seenByAll(String origin, boolean byItself) {
        Seen.Mark least = EVERYTHING;
        for (String each : regions) {
            if (each.equals(origin) && !byItself) {
                continue;
            }
            Seen.Mark seen = (each.equals(region) ? applied : heard.getOrDefault(each, Seen.NONE)).of(origin);
            if (seen == null) {
                return null;
            }
            least = seen.compareTo(least) < 0 ? seen : least;
        }
        return least;
    }
}
