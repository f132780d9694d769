package io.rowmesh.applier.write;

/** What all lanes of a node share. */
public record LaneShare(KeyLocks locks, TombstoneIndex index, AppliedMarks marks, AppliedVector applied) {
}
