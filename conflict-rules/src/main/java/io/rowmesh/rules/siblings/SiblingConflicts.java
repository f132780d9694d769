package io.rowmesh.rules.siblings;

import io.rowmesh.rules.keystate.Met;
import io.rowmesh.rules.keystate.Write;

import java.util.List;

/** What a write meets among siblings: the one that was shown before, or the one that is shown instead of it. */
final class SiblingConflicts {

    private SiblingConflicts() {
    }

    /**
     * @param shown  before the write, null when there was none
     * @param chosen of the siblings with the write
     */
    static List<Met> of(Sibling shown, Sibling chosen, Write write) {
        if (!chosen.stamp().equals(write.stamp())) {
            return List.of(met(chosen, write, true));
        }
        boolean seen = shown == null || shown.stamp().in(write.seen());
        return seen ? List.of() : List.of(met(shown, write, false));
    }

    private static Met met(Sibling sibling, Write write, boolean stays) {
        return new Met(write, sibling.stamp().version(), sibling.deleted() ? null : sibling.row(), stays);
    }
}
