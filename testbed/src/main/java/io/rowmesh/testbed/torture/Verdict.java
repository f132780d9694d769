package io.rowmesh.testbed.torture;

import java.util.List;

/**
 * What the end of a torture looks like.
 *
 * @param differences every row, version, tombstone or parked row that is not as it must be
 * @param rows        compared rows of all regions together
 * @param lost        counter steps and entries, summed over the regions, that were committed and do not count
 * @param doubled     those that count, or were applied, more than once
 */
record Verdict(List<Difference> differences, long rows, long lost, long doubled) {

    boolean clean() {
        return differences.isEmpty() && lost == 0 && doubled == 0;
    }
}
