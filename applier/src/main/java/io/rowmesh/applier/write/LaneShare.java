package io.rowmesh.applier.write;

import io.rowmesh.applier.fence.Fences;
import io.rowmesh.rules.SeenAhead;
import io.rowmesh.rules.credible.LogVersions;

import java.util.function.BooleanSupplier;

/**
 * What all lanes of a node share.
 *
 * @param versions what they have begun to apply, for the capture
 * @param ahead    what they have heard that others had seen
 * @param fences   of whom nothing is applied
 * @param oldRowsFirst whether nothing may be applied yet, as old rows come first ({@link io.rowmesh.applier.aged.AgedRows})
 */
public record LaneShare(KeyLocks locks, TombstoneIndex index, AppliedMarks marks, AppliedVector applied, LogVersions versions,
                        SeenAhead ahead, Fences fences, BooleanSupplier oldRowsFirst) {

    public LaneShare(KeyLocks locks, TombstoneIndex index, AppliedMarks marks, AppliedVector applied, LogVersions versions, Fences fences,
                     BooleanSupplier oldRowsFirst) {
        this(locks, index, marks, applied, versions, new SeenAhead(), fences, oldRowsFirst);
    }

    /** Where nobody is fenced and no row is old. */
    public LaneShare(KeyLocks locks, TombstoneIndex index, AppliedMarks marks, AppliedVector applied, LogVersions versions) {
        this(locks, index, marks, applied, versions, Fences.none(), () -> false);
    }
}
