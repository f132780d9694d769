package io.rowmesh.rules;

import io.rowmesh.schema.Version;

/**
 * The rule last-write-wins: of all writes of a row the one with the greatest version stays.
 *
 * <p>Why it converges: versions are totally ordered and the order is the same in all regions, and a delete leaves its
 * version behind as a tombstone, so what stays is the maximum of a set, whatever the order of arrival. Source:
 * convergence rule 2, docs/decisions/0002-versions.md.
 */
public final class LastWriteWins {

    private LastWriteWins() {
    }

    /**
     * Whether an incoming change replaces what is stored.
     *
     * @param stored version of the stored row or tombstone; null when there is neither
     */
    public static boolean applies(Version stored, Version incoming) {
        return stored == null || stored.compareTo(incoming) <= 0;
    }
}
