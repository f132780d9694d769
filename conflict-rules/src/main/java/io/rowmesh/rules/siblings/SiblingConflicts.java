package io.rowmesh.rules.siblings;

import io.rowmesh.rules.keystate.Met;
import io.rowmesh.rules.keystate.Write;

import java.util.ArrayList;
import java.util.List;

/**
 * What a write meets among siblings: the one that is shown instead of it, and the one that was shown before and no longer is. So every
 * sibling that is not shown has been told: it came while another one was chosen, or one took its place.
 */
final class SiblingConflicts {

    private SiblingConflicts() {
    }

    /**
     * @param shown  before the write, null when there was none
     * @param joined the siblings with the write
     * @param chosen of these
     */
    static List<Met> of(Sibling shown, SiblingState joined, Sibling chosen, Write write) {
        List<Met> met = new ArrayList<>(2);
        if (!chosen.stamp().equals(write.stamp())) {
            met.add(met(chosen, write, true));
        }
        // What the write had seen, or a write of its own region, is no sibling any more.
        if (shown != null && !shown.equals(chosen) && joined.siblings().contains(shown)) {
            met.add(met(shown, write, false));
        }
        return met;
    }

    private static Met met(Sibling sibling, Write write, boolean stays) {
        return new Met(write, sibling.stamp().version(), sibling.deleted() ? null : sibling.row(), stays);
    }
}
