package io.rowmesh.applier.write;

import io.rowmesh.applier.fence.Fences;
import io.rowmesh.rules.SeenAhead;
import io.rowmesh.rules.credible.LogVersions;

/**
 * What all lanes of a node share.
 *
 * @param versions what they have begun to apply, for the capture
 * @param ahead    what they have heard that others had seen
 * @param fences   of whom nothing is applied
 */
public record LaneShare(KeyLocks locks, TombstoneIndex index, AppliedMarks marks, AppliedVector applied, LogVersions versions,
                        SeenAhead ahead, Fences fences) {

    public LaneShare(KeyLocks locks, TombstoneIndex index, AppliedMarks marks, AppliedVector applied, LogVersions versions, Fences fences) {
        this(locks, index, marks, applied, versions, new SeenAhead(), fences);
    }

    /** Where nobody is fenced. */
    public LaneShare(KeyLocks locks, TombstoneIndex index, AppliedMarks marks, AppliedVector applied, LogVersions versions) {
        this(locks, index, marks, applied, versions, Fences.none());
    }
}
