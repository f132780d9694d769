package io.rowmesh.applier.write;

/**
 * What every writing part of a node works with.
 *
 * @param target     its own session of the database
 * @param options    what the node is told
 * @param locks      shared by all that write in this node
 * @param tombstones shared by all that write in this node
 * @param waiting    how its steps wait
 */
public record WriteContext(Target target, ApplierOptions options, KeyLocks locks, TombstoneIndex tombstones, Waiting waiting) {
}
