package io.rowmesh.rules.credible;

import java.util.HashSet;
import java.util.Set;

/**
 * The keys whose last local writes were withheld: what other regions have of them is not what stands here until they are
 * touched or written again (convergence rule 7). For each the place of its last withheld write in the log. Follows the order of
 * the local log; what it says must be durable before the log moves on, which is the caller's part. For one thread.
 */
public final class PendingKeys {

    private final LongMap positions = new LongMap();
    private final Set<Long> onlyByTouch = new HashSet<>();

    /**
     * A write of the key that ends at this position (LSN) is not shipped.
     *
     * @param onlyByTouch whether a later write does not settle it: a tombstone of the withheld one stood here for a while, so
     *                    changes that began after that later write may have been dropped against it
     */
    public void withheld(WrittenKey key, long position, boolean onlyByTouch) {
        positions.raise(key.number(), position);
        if (onlyByTouch) {
            this.onlyByTouch.add(key.number());
        }
    }

    public boolean holds(WrittenKey key) {
        return positions.get(key.number()) != LongMap.NONE;
    }

    /** The end of its last withheld write; only of a key that is pending. */
    long position(WrittenKey key) {
        return positions.get(key.number());
    }

    /** Whether a write of the key must be withheld until the key, or its table after a truncate, is touched. */
    boolean needsTouch(WrittenKey key) {
        return !onlyByTouch.isEmpty() && (onlyByTouch.contains(key.number()) || onlyByTouch.contains(key.wholeTable().number()));
    }

    /**
     * Whether a touch that found no row speaks for the key: since the touch was begun no other write of it was captured, so none
     * can have brought a row that the touch did not see. Otherwise it must not be shipped; if the key still waits, it is done again.
     *
     * @param after place of the key's last withheld write when the touch was begun (LSN)
     */
    public boolean mayDelete(WrittenKey key, long after) {
        return positions.get(key.number()) == after;
    }

    /** A touch or another write of the key is shipped. */
    public void settled(WrittenKey key) {
        if (holds(key)) {
            positions.remove(key.number());
            onlyByTouch.remove(key.number());
        }
    }

    public boolean isEmpty() {
        return positions.size() == 0;
    }

    public int size() {
        return positions.size();
    }
}
