package io.rowmesh.testbed.torture;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * @param time     how long writers write and faults happen
 * @param seed     of all chance: faults, and what writers write
 * @param regions  2 to 5
 * @param writers  in each region
 * @param meanGap  mean time between the begins of two faults
 * @param drain    how long everything may take to arrive in the end
 * @param clockSteps whether the shifted clock also steps back
 * @param mySql    the regions on MySQL
 * @param verbose  whether to tell of every fault
 */
record TortureOptions(Duration time, long seed, int regions, int writers, List<Workload> workloads, Duration meanGap, Duration drain,
                      boolean clockSteps, Set<String> mySql, boolean verbose) {
}
