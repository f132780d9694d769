package io.rowmesh.testbed.simulation;

import java.util.List;

/**
 * What a history is made of, drawn anew for each seed: most histories leave out most kinds of trouble, so that what is left
 * meets more often. Shares are per mille.
 *
 * @param regions      regions of the mesh
 * @param keys         keys of the table
 * @param writers      local sessions in each region
 * @param transactions local transactions in each region
 * @param statements   statements of a local transaction at most
 * @param mix          weights of insert, upsert, update, delete, key change, truncate
 * @param haste        share of a session's turns in which it begins a transaction
 * @param skew         microseconds by which clocks differ at most
 * @param pace         microseconds between events at most
 * @param delay        microseconds that a transaction is on its way at most
 * @param slowCommits  share of commits that are in the log a while before others see them
 * @param commit       microseconds that such a commit stands still at most; 0: until somebody's next turn
 * @param heartbeats   heartbeats of each region
 * @param collect      share of the collector's turns that it takes
 * @param trouble      share of events that are faults
 * @param chunked      share of transactions that travel in pieces
 * @param unbatched    share of captured transactions after which the change log is synced though more are there
 * @param stalls       share of turns at which somebody stands still for a while
 * @param lags         the same of a capture's turns
 * @param stall        for how long at most, microseconds
 * @param tables       which tables there are
 * @param steps        share of events that set a clock
 * @param mySql        bits of the regions whose databases behave as MySQL does
 */
record Profile(int regions, int keys, int writers, int transactions, int statements, List<Integer> mix, int haste, int skew,
               int pace, int delay, int slowCommits, int commit, int heartbeats, int collect, int trouble, int chunked,
               int unbatched, int stalls, int lags, int stall, int tables, int steps, int mySql) {

    static final int ONLY_ROWS = 0;
    static final int ONLY_COUNTERS = 1;
    static final int ROWS_AND_COUNTERS = 2;
    static final int ONLY_COLUMNS = 3;
    static final int ONLY_PRIORITY = 4;
    static final int ONLY_HOME = 5;
    static final int ONLY_CUSTOM = 6;
    static final int ONLY_PARK = 7;
    static final int ROWS_AND_SIBLINGS = 8;
    static final int ONE_UNIQUE = 9;
    static final int TWO_UNIQUE = 10;
    static final int REWRITTEN_ROWS = 20;

    /** The same, where these regions (bits) have databases that behave as MySQL does. */
    Profile withMySql(int bits) {
        return new Profile(regions, keys, writers, transactions, statements, mix, haste, skew, pace, delay, slowCommits, commit,
                heartbeats, collect, trouble, chunked, unbatched, stalls, lags, stall, tables, steps, bits);
    }

    boolean isMySql(int region) {
        return (mySql & 1 << region) != 0;
    }

    boolean unique() {
        return tables == ONE_UNIQUE || tables == TWO_UNIQUE;
    }

    /** What is not said is nothing. */
    static final class Draft {

        private int regions;
        private int keys;
        private int writers;
        private int transactions;
        private int statements;
        private List<Integer> mix = List.of();
        private int haste;
        private int skew;
        private int pace;
        private int delay;
        private int slowCommits;
        private int commit;
        private int heartbeats;
        private int collect;
        private int trouble;
        private int chunked;
        private int unbatched;
        private int stalls;
        private int lags;
        private int stall;
        private int tables;
        private int steps;
        private int mySql;

        Draft regions(int value) {
            regions = value;
            return this;
        }

        Draft keys(int value) {
            keys = value;
            return this;
        }

        Draft writers(int value) {
            writers = value;
            return this;
        }

        Draft transactions(int value) {
            transactions = value;
            return this;
        }

        Draft statements(int value) {
            statements = value;
            return this;
        }

        Draft mix(Integer... weights) {
            mix = List.of(weights);
            return this;
        }

        Draft mix(List<Integer> weights) {
            mix = weights;
            return this;
        }

        Draft haste(int value) {
            haste = value;
            return this;
        }

        Draft skew(int value) {
            skew = value;
            return this;
        }

        Draft pace(int value) {
            pace = value;
            return this;
        }

        Draft delay(int value) {
            delay = value;
            return this;
        }

        Draft slowCommits(int value) {
            slowCommits = value;
            return this;
        }

        Draft commit(int value) {
            commit = value;
            return this;
        }

        Draft heartbeats(int value) {
            heartbeats = value;
            return this;
        }

        Draft collect(int value) {
            collect = value;
            return this;
        }

        Draft trouble(int value) {
            trouble = value;
            return this;
        }

        Draft chunked(int value) {
            chunked = value;
            return this;
        }

        Draft unbatched(int value) {
            unbatched = value;
            return this;
        }

        Draft stalls(int value) {
            stalls = value;
            return this;
        }

        Draft lags(int value) {
            lags = value;
            return this;
        }

        Draft stall(int value) {
            stall = value;
            return this;
        }

        Draft tables(int value) {
            tables = value;
            return this;
        }

        Draft steps(int value) {
            steps = value;
            return this;
        }

        /** @param bits of the regions */
        Draft mySql(int bits) {
            mySql = bits;
            return this;
        }

        Profile done() {
            return new Profile(regions, keys, writers, transactions, statements, mix, haste, skew, pace, delay, slowCommits, commit,
                    heartbeats, collect, trouble, chunked, unbatched, stalls, lags, stall, tables, steps, mySql);
        }
    }
}
