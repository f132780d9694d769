package io.rowmesh.testbed.simulation;

import java.util.List;

/**
 * What a history is made of, drawn anew for each seed: most histories leave out most kinds of trouble, so that what is left
 * meets more often. Shares are per mille.
 *
 * @param regions       regions of the mesh
 * @param keys          keys of the table
 * @param writers       local sessions in each region
 * @param transactions  local transactions in each region
 * @param statements    statements of a local transaction at most
 * @param mix           weights of insert, upsert, update, delete, key change, truncate
 * @param skew          microseconds by which clocks differ at most
 * @param pace          microseconds between events at most
 * @param delay         microseconds that a transaction is on its way at most
 * @param slowCommits   share of commits that are in the log a while before others see them
 * @param heartbeats    heartbeats of each region before the end
 * @param collect       share of events that collect tombstones
 * @param trouble       share of events that are faults
 * @param chunked       share of transactions that travel in pieces
 * @param tables        which tables there are
 */
record Profile(int regions, int keys, int writers, int transactions, int statements, List<Integer> mix, int skew, int pace, int delay,
               int slowCommits, int heartbeats, int collect, int trouble, int chunked, int tables) {

    static final int ONLY_ROWS = 0;
    static final int ONLY_COUNTERS = 1;
    static final int ROWS_AND_COUNTERS = 2;

    static Profile draw(Choices choices) {
        int regions = 2 + pick(choices, 0, 1, 1, 1, 2, 3);
        List<Integer> mix = List.of(pick(choices, 1, 3, 3), pick(choices, 0, 2), pick(choices, 0, 1, 3), pick(choices, 1, 2, 4),
            pick(choices, 0, 0, 0, 2), pick(choices, 0, 0, 0, 1));
        return new Profile(regions, pick(choices, 1, 1, 1, 2, 3), 1 + choices.next(2), 2 + choices.next(regions > 3 ? 2 : 4),
                pick(choices, 1, 1, 2, 3), mix, pick(choices, 0, 0, 10, 100, 400), pick(choices, 1, 2, 4), pick(choices, 4, 20, 100),
                pick(choices, 0, 200, 500), pick(choices, 0, 1, 2, 3), pick(choices, 0, 20, 60), pick(choices, 0, 0, 4, 10),
                pick(choices, 0, 0, 300), pick(choices, ONLY_ROWS, ONLY_ROWS, ONLY_COUNTERS, ROWS_AND_COUNTERS));
    }

    private static int pick(Choices choices, int... of) {
        return of[choices.next(of.length)];
    }
}
