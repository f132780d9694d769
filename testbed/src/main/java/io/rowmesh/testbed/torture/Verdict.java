package io.rowmesh.testbed.torture;

import java.util.List;

/**
 * What the end of a torture looks like.
 *
 * @param differences every row, version, tombstone or parked row that is not as it must be
 * @param rows        compared rows of all regions together
 * @param touched     rows that are the same everywhere, with a version that a node gave them (convergence rule 7)
 * @param lost        counter steps and entries, summed over the regions, that were committed and do not count
 * @param doubled     those that count, or were applied, more than once
 */
record Verdict(List<Difference> differences, long rows, long touched, long lost, long doubled) {

    /** Nothing could be compared, or all rows are right, but something else is not. */
    static Verdict failed(List<Difference> differences, long rows) {
        return new Verdict(differences, rows, 0, 0, 0);
    }

    boolean clean() {
        return differences.isEmpty() && lost == 0 && doubled == 0;
    }
}
