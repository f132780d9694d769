package io.rowmesh.applier.write;

import io.rowmesh.rules.credible.LogVersions;

/**
 * What all lanes of a node share.
 *
 * @param versions what they have begun to apply, for the capture
 */
public record LaneShare(KeyLocks locks, TombstoneIndex index, AppliedMarks marks, AppliedVector applied, LogVersions versions) {
}
