package io.rowmesh.applier.write;

import io.rowmesh.rules.SeenAhead;
import io.rowmesh.rules.credible.LogVersions;

/**
 * What every writing part of a node works with.
 *
 * @param target     its own session of the database
 * @param options    what the node is told
 * @param locks      shared by all that write in this node
 * @param tombstones shared by all that write in this node
 * @param waiting    how its steps wait
 * @param versions   shared by all lanes and the capture of this node: what lanes have begun to apply
 * @param ahead      shared by all lanes of this node
 */
public record WriteContext(Target target, ApplierOptions options, KeyLocks locks, TombstoneIndex tombstones, Waiting waiting,
                           LogVersions versions, SeenAhead ahead) {

    /** For what applies nothing, or where nobody captures. */
    public WriteContext(Target target, ApplierOptions options, KeyLocks locks, TombstoneIndex tombstones, Waiting waiting) {
        this(target, options, locks, tombstones, waiting, new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE), new SeenAhead());
    }
}
