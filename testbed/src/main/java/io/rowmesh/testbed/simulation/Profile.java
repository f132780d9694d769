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
 */
record Profile(int regions, int keys, int writers, int transactions, int statements, List<Integer> mix, int haste, int skew,
               int pace, int delay, int slowCommits, int commit, int heartbeats, int collect, int trouble, int chunked,
               int unbatched, int stalls, int lags, int stall, int tables, int steps) {

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

    static Profile draw(Choices choices, Rules any) {
        Rules rules = any.one(choices);
        int tables = rules.draw(choices);
        if (rules == Rules.SIBLING_CLOCK_STEPS || rules == Rules.COLUMN_CLOCK_STEPS || rules == Rules.COUNTER_CLOCK_STEPS) {
            return switch (choices.next(4)) {
                case 0 -> hotStepping(choices, tables);
                case 1 -> updatedWhileStepping(choices, tables);
                default -> stepping(choices, tables);
            };
        }
        if (rules == Rules.CLOCK_STEPS) {
            return switch (choices.next(4)) {
                case 0 -> hotStepping(choices, tables);
                case 1 -> longStepping(choices, tables);
                default -> stepping(choices, tables);
            };
        }
        if (rules == Rules.LONG_COMMITS || rules == Rules.LONG_COMMITS_OF_COUNTERS) {
            return longCommits(choices, tables);
        }
        if (rules == Rules.LONG_COMMITS_AND_STEPS) {
            return longStepping(choices, tables);
        }
        if (tables == ONE_UNIQUE || tables == TWO_UNIQUE) {
            return colliding(choices, tables, rules == Rules.UNIQUE_CLOCK_STEPS ? pick(choices, 5, 20, 60) : 0);
        }
        return switch (choices.next(7)) {
            case 0 -> hot(choices, tables);
            case 1 -> collecting(choices, tables);
            case 2 -> troubled(choices, tables);
            case 3 -> longCommits(choices, tables);
            default -> broad(choices, tables);
        };
    }

    /** Anything. */
    private static Profile broad(Choices choices, int tables) {
        int regions = 2 + pick(choices, 0, 1, 1, 1, 2, 3);
        List<Integer> mix = List.of(pick(choices, 1, 3, 3), pick(choices, 0, 2), pick(choices, 0, 1, 3), pick(choices, 1, 2, 4),
                pick(choices, 0, 0, 0, 2), pick(choices, 0, 0, 0, 1));
        return new Profile(regions, pick(choices, 1, 1, 1, 2, 3), 1 + choices.next(2), 2 + choices.next(regions > 3 ? 2 : 4),
                pick(choices, 1, 1, 2, 3), mix, pick(choices, 50, 200, 1_000), pick(choices, 0, 0, 10, 100, 400),
                pick(choices, 0, 1, 2, 4), pick(choices, 4, 20, 100), pick(choices, 0, 200, 500), 0, pick(choices, 0, 1, 3),
                pick(choices, 0, 100, 300), pick(choices, 0, 0, 4, 10), pick(choices, 0, 0, 300),
                pick(choices, 300, 700), pick(choices, 0, 0, 5, 20), pick(choices, 0, 0, 5, 20), pick(choices, 20, 100), tables, 0);
    }

    /** Two sessions in each of two or three regions insert and delete one row, while commits take their time. */
    private static Profile hot(Choices choices, int tables) {
        return new Profile(2 + choices.next(2), 1, 2, 3 + choices.next(2), pick(choices, 1, 2), List.of(3, 0, pick(choices, 0, 1),
                pick(choices, 2, 3), 0, 0), pick(choices, 200, 1_000), pick(choices, 0, 0, 10), pick(choices, 0, 1), pick(choices, 2, 8),
                600, 0, 0, 0, 0, 0, 600, pick(choices, 0, 20, 60), pick(choices, 0, 20, 60), pick(choices, 10, 50), tables, 0);
    }

    /** Tombstones are dropped as soon as they may be, while changes are long on their way. */
    private static Profile collecting(Choices choices, int tables) {
        return new Profile(3 + choices.next(2), 1, 1 + choices.next(2), 3 + choices.next(2), 1, List.of(3, 1, 1, 3, 0, pick(choices, 0, 0, 1)),
                pick(choices, 20, 60, 200), pick(choices, 0, 10), pick(choices, 1, 2), pick(choices, 200, 500), pick(choices, 0, 400, 800), 0,
                4 + choices.next(4), 1_000, pick(choices, 0, 0, 3), 0, pick(choices, 50, 600), pick(choices, 0, 5, 20), pick(choices, 0, 5, 20),
                pick(choices, 100, 500), tables, 0);
    }

    /** Machines, databases and connections fail again and again. */
    private static Profile troubled(Choices choices, int tables) {
        return new Profile(2 + choices.next(2), 1 + choices.next(2), 1 + choices.next(2), 3 + choices.next(2), pick(choices, 1, 2),
                List.of(3, 1, 1, 3, pick(choices, 0, 1), 0), pick(choices, 30, 100, 300), pick(choices, 0, 10), pick(choices, 0, 1, 2),
                pick(choices, 4, 20), pick(choices, 300, 700), 0, pick(choices, 0, 2), pick(choices, 0, 200), pick(choices, 20, 50, 100), 0, 500,
                pick(choices, 0, 10, 40), pick(choices, 0, 10, 40), pick(choices, 10, 50), tables, 0);
    }

    /** Some rows with few unique values, which move, collide and go, sometimes while machines fail. */
    private static Profile colliding(Choices choices, int tables, int steps) {
        int regions = 2 + choices.next(3);
        List<Integer> mix = List.of(pick(choices, 2, 4), pick(choices, 0, 2), pick(choices, 1, 3), pick(choices, 0, 1, 3),
                pick(choices, 0, 0, 2), pick(choices, 0, 0, 0, 1));
        return new Profile(regions, 2 + choices.next(3), 1 + choices.next(2), 2 + choices.next(regions > 3 ? 3 : 5), pick(choices, 1, 1, 2, 3), mix,
                pick(choices, 50, 200, 1_000), pick(choices, 0, 0, 10, 100), pick(choices, 0, 1, 2), pick(choices, 4, 20, 100),
                pick(choices, 0, 300, 600), pick(choices, 0, 0, 60, 200), pick(choices, 0, 1, 3), pick(choices, 0, 100, 1_000),
                pick(choices, 0, 0, 5, 20, 60), pick(choices, 0, 0, 300), pick(choices, 300, 600), pick(choices, 0, 5, 30),
                pick(choices, 0, 5, 30), pick(choices, 20, 100), tables, steps);
    }

    boolean unique() {
        return tables == ONE_UNIQUE || tables == TWO_UNIQUE;
    }

    /**
     * A row is deleted and inserted anew while another region deletes it, links are quick, and commits stand still for long before
     * they are in the log, and before others see them.
     */
    private static Profile longCommits(Choices choices, int tables) {
        if (tables == ONLY_COUNTERS && choices.next(2) == 0) {
            return updatedUnderWay(choices, tables);
        }
        return choices.next(2) == 0 ? reinserted(choices, tables) : new Profile(2 + choices.next(2), 1 + choices.next(2), 2, 6 + choices.next(4), 1,
                List.of(3, 0, pick(choices, 0, 0, 3), 3, 0, 0), pick(choices, 100, 300, 1_000), 0, 1, pick(choices, 1, 4, 10),
                pick(choices, 300, 300, 600), pick(choices, 60, 200), pick(choices, 0, 4), pick(choices, 0, 1_000), 0, 0, pick(choices, 50, 600),
                0, pick(choices, 0, 5, 15), pick(choices, 30, 100), tables, 0);
    }

    /** The narrowest of them, with captures that lag behind and collectors that do not. */
    private static Profile reinserted(Choices choices, int tables) {
        return new Profile(2, 1, 2, 8, 1, List.of(3, 0, 0, 3, 0, 0), pick(choices, 100, 1_000), 0, 1, pick(choices, 4, 10), 300, 200, 0, 1_000, 0, 0,
                pick(choices, 0, 0, 50), 0, pick(choices, 10, 30), 30, tables, 0);
    }

    /** An insert is shipped and updated elsewhere, and that update comes back, before the insert is visible at home. */
    static Profile updatedUnderWay(Choices choices, int tables) {
        return new Profile(2, 1, 1, 8, 1, List.of(3, 0, 6, 0, 0, 0), pick(choices, 50, 300), 0, 1, 1, 300, 200, 2, 0, 0, 0, 1_000, 0, 0, 50, tables, 0);
    }

    /** The same while clocks are set, and machines and connections fail in some. */
    private static Profile longStepping(Choices choices, int tables) {
        return new Profile(2, pick(choices, 1, 1, 2), pick(choices, 1, 2, 2), 6 + choices.next(4), 1, List.of(3, 0, pick(choices, 0, 0, 3), 3, 0, 0),
                pick(choices, 100, 300, 1_000), 0, 1, pick(choices, 1, 4, 10), 300, pick(choices, 60, 200), 0, 0, pick(choices, 0, 0, 10, 30, 60), 0,
                pick(choices, 50, 600), 0, 0, 1, tables, pick(choices, 5, 10, 20));
    }

    /** Clocks are set forth and back. */
    private static Profile stepping(Choices choices, int tables) {
        int regions = 2 + choices.next(2);
        List<Integer> mix = List.of(pick(choices, 1, 3, 3), pick(choices, 0, 2), pick(choices, 0, 1, 3), pick(choices, 1, 2, 4),
                pick(choices, 0, 0, 0, 2), pick(choices, 0, 0, 0, 1));
        return new Profile(regions, pick(choices, 1, 1, 1, 2, 3), 1 + choices.next(2), 2 + choices.next(4), pick(choices, 1, 1, 2, 3), mix,
                pick(choices, 50, 200, 1_000), pick(choices, 0, 0, 10, 100, 400), pick(choices, 0, 1, 2, 4), pick(choices, 4, 20, 100),
                pick(choices, 0, 200, 500), 0, pick(choices, 0, 1, 3), pick(choices, 0, 100, 300), pick(choices, 0, 0, 4, 10),
                pick(choices, 0, 0, 300), pick(choices, 300, 700), pick(choices, 0, 0, 5, 20), pick(choices, 0, 0, 5, 20), pick(choices, 20, 100), tables,
                pick(choices, 5, 20, 60));
    }

    /** One row is inserted and deleted while clocks are set and commits take their time. */
    private static Profile hotStepping(Choices choices, int tables) {
        return new Profile(2, 1, 2, 4 + choices.next(3), 1, List.of(3, 0, pick(choices, 0, 1), 3, 0, 0), pick(choices, 50, 200),
                pick(choices, 0, 10), pick(choices, 0, 1), pick(choices, 2, 8), 600, 0, 0, 0, 0, 0, 600, pick(choices, 20, 60, 120),
                pick(choices, 20, 60, 120), pick(choices, 10, 50, 100), tables, pick(choices, 20, 60));
    }

    /** One row is updated again and again, here and there, while clocks are set and captures lag. */
    private static Profile updatedWhileStepping(Choices choices, int tables) {
        return new Profile(2 + choices.next(2), 1, 1 + choices.next(2), 5 + choices.next(4), 1, List.of(2, 0, 8, pick(choices, 0, 1), 0, 0),
                pick(choices, 50, 200), pick(choices, 0, 10), pick(choices, 0, 1, 2), pick(choices, 4, 20), pick(choices, 0, 400), 0, pick(choices, 0, 2), 0,
                pick(choices, 0, 0, 10), 0, pick(choices, 50, 600), pick(choices, 0, 20), pick(choices, 20, 60, 120), pick(choices, 20, 100), tables,
                pick(choices, 20, 60));
    }

    private static int pick(Choices choices, int... of) {
        return of[choices.next(of.length)];
    }
}
