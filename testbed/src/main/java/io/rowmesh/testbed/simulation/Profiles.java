package io.rowmesh.testbed.simulation;

import java.util.List;

/** The kinds of histories, each drawn anew for each seed. */
final class Profiles {

    private Profiles() {
    }

    static Profile draw(Choices choices, Rules any) {
        Rules rules = any.one(choices);
        Profile drawn = draw(choices, rules, rules.draw(choices));
        return drawn.withMySql(rules.mySql(choices, drawn.regions()));
    }

    private static Profile draw(Choices choices, Rules rules, int tables) {
        if (rules == Rules.SIBLING_CLOCK_STEPS || rules == Rules.COLUMN_CLOCK_STEPS || rules == Rules.COUNTER_CLOCK_STEPS) {
            return switch (choices.next(4)) {
                case 0 -> hotStepping(choices, tables);
                case 1 -> updatedWhileStepping(choices, tables);
                default -> stepping(choices, tables);
            };
        }
        if (rules == Rules.CLOCK_STEPS || rules == Rules.MIXED_CLOCK_STEPS) {
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
        if (tables == Profile.ONE_UNIQUE || tables == Profile.TWO_UNIQUE) {
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
        return new Profile.Draft().regions(regions).keys(pick(choices, 1, 1, 1, 2, 3)).writers(1 + choices.next(2))
                .transactions(2 + choices.next(regions > 3 ? 2 : 4)).statements(pick(choices, 1, 1, 2, 3)).mix(mix)
                .haste(pick(choices, 50, 200, 1_000)).skew(pick(choices, 0, 0, 10, 100, 400)).pace(pick(choices, 0, 1, 2, 4))
                .delay(pick(choices, 4, 20, 100)).slowCommits(pick(choices, 0, 200, 500)).heartbeats(pick(choices, 0, 1, 3))
                .collect(pick(choices, 0, 100, 300)).trouble(pick(choices, 0, 0, 4, 10)).chunked(pick(choices, 0, 0, 300))
                .unbatched(pick(choices, 300, 700)).stalls(pick(choices, 0, 0, 5, 20)).lags(pick(choices, 0, 0, 5, 20))
                .stall(pick(choices, 20, 100)).tables(tables).done();
    }

    /** Two sessions in each of two or three regions insert and delete one row, while commits take their time. */
    private static Profile hot(Choices choices, int tables) {
        return new Profile.Draft().regions(2 + choices.next(2)).keys(1).writers(2).transactions(3 + choices.next(2))
                .statements(pick(choices, 1, 2)).mix(3, 0, pick(choices, 0, 1), pick(choices, 2, 3), 0, 0)
                .haste(pick(choices, 200, 1_000)).skew(pick(choices, 0, 0, 10)).pace(pick(choices, 0, 1))
                .delay(pick(choices, 2, 8)).slowCommits(600).unbatched(600).stalls(pick(choices, 0, 20, 60))
                .lags(pick(choices, 0, 20, 60)).stall(pick(choices, 10, 50)).tables(tables).done();
    }

    /** Tombstones are dropped as soon as they may be, while changes are long on their way. */
    private static Profile collecting(Choices choices, int tables) {
        return new Profile.Draft().regions(3 + choices.next(2)).keys(1).writers(1 + choices.next(2))
                .transactions(3 + choices.next(2)).statements(1).mix(3, 1, 1, 3, 0, pick(choices, 0, 0, 1))
                .haste(pick(choices, 20, 60, 200)).skew(pick(choices, 0, 10)).pace(pick(choices, 1, 2))
                .delay(pick(choices, 200, 500)).slowCommits(pick(choices, 0, 400, 800)).heartbeats(4 + choices.next(4))
                .collect(1_000).trouble(pick(choices, 0, 0, 3)).unbatched(pick(choices, 50, 600))
                .stalls(pick(choices, 0, 5, 20)).lags(pick(choices, 0, 5, 20)).stall(pick(choices, 100, 500)).tables(tables)
                .done();
    }

    /** Machines, databases and connections fail again and again. */
    private static Profile troubled(Choices choices, int tables) {
        return new Profile.Draft().regions(2 + choices.next(2)).keys(1 + choices.next(2)).writers(1 + choices.next(2))
                .transactions(3 + choices.next(2)).statements(pick(choices, 1, 2)).mix(3, 1, 1, 3, pick(choices, 0, 1), 0)
                .haste(pick(choices, 30, 100, 300)).skew(pick(choices, 0, 10)).pace(pick(choices, 0, 1, 2))
                .delay(pick(choices, 4, 20)).slowCommits(pick(choices, 300, 700)).heartbeats(pick(choices, 0, 2))
                .collect(pick(choices, 0, 200)).trouble(pick(choices, 20, 50, 100)).unbatched(500)
                .stalls(pick(choices, 0, 10, 40)).lags(pick(choices, 0, 10, 40)).stall(pick(choices, 10, 50)).tables(tables)
                .done();
    }

    /** Some rows with few unique values, which move, collide and go, sometimes while machines fail. */
    private static Profile colliding(Choices choices, int tables, int steps) {
        int regions = 2 + choices.next(3);
        List<Integer> mix = List.of(pick(choices, 2, 4), pick(choices, 0, 2), pick(choices, 1, 3), pick(choices, 0, 1, 3),
                pick(choices, 0, 0, 2), pick(choices, 0, 0, 0, 1));
        return new Profile.Draft().regions(regions).keys(2 + choices.next(3)).writers(1 + choices.next(2))
                .transactions(2 + choices.next(regions > 3 ? 3 : 5)).statements(pick(choices, 1, 1, 2, 3)).mix(mix)
                .haste(pick(choices, 50, 200, 1_000)).skew(pick(choices, 0, 0, 10, 100)).pace(pick(choices, 0, 1, 2))
                .delay(pick(choices, 4, 20, 100)).slowCommits(pick(choices, 0, 300, 600))
                .commit(pick(choices, 0, 0, 60, 200)).heartbeats(pick(choices, 0, 1, 3))
                .collect(pick(choices, 0, 100, 1_000)).trouble(pick(choices, 0, 0, 5, 20, 60))
                .chunked(pick(choices, 0, 0, 300)).unbatched(pick(choices, 300, 600)).stalls(pick(choices, 0, 5, 30))
                .lags(pick(choices, 0, 5, 30)).stall(pick(choices, 20, 100)).tables(tables).steps(steps).done();
    }

    /**
     * A row is deleted and inserted anew while another region deletes it, links are quick, and commits stand still for long before
     * they are in the log, and before others see them.
     */
    private static Profile longCommits(Choices choices, int tables) {
        if (tables == Profile.ONLY_COUNTERS && choices.next(2) == 0) {
            return updatedUnderWay(choices, tables);
        }
        return choices.next(2) == 0 ? reinserted(choices, tables) : new Profile.Draft().regions(2 + choices.next(2))
                .keys(1 + choices.next(2)).writers(2).transactions(6 + choices.next(4)).statements(1)
                .mix(3, 0, pick(choices, 0, 0, 3), 3, 0, 0).haste(pick(choices, 100, 300, 1_000)).pace(1)
                .delay(pick(choices, 1, 4, 10)).slowCommits(pick(choices, 300, 300, 600)).commit(pick(choices, 60, 200))
                .heartbeats(pick(choices, 0, 4)).collect(pick(choices, 0, 1_000)).unbatched(pick(choices, 50, 600))
                .lags(pick(choices, 0, 5, 15)).stall(pick(choices, 30, 100)).tables(tables).done();
    }

    /** The narrowest of them, with captures that lag behind and collectors that do not. */
    private static Profile reinserted(Choices choices, int tables) {
        return new Profile.Draft().regions(2).keys(1).writers(2).transactions(8).statements(1).mix(3, 0, 0, 3, 0, 0)
                .haste(pick(choices, 100, 1_000)).pace(1).delay(pick(choices, 4, 10)).slowCommits(300).commit(200)
                .collect(1_000).unbatched(pick(choices, 0, 0, 50)).lags(pick(choices, 10, 30)).stall(30).tables(tables)
                .done();
    }

    /** An insert is shipped and updated elsewhere, and that update comes back, before the insert is visible at home. */
    static Profile updatedUnderWay(Choices choices, int tables) {
        return new Profile.Draft().regions(2).keys(1).writers(1).transactions(8).statements(1).mix(3, 0, 6, 0, 0, 0)
                .haste(pick(choices, 50, 300)).pace(1).delay(1).slowCommits(300).commit(200).heartbeats(2).unbatched(1_000)
                .stall(50).tables(tables).done();
    }

    /** The same while clocks are set, and machines and connections fail in some. */
    private static Profile longStepping(Choices choices, int tables) {
        return new Profile.Draft().regions(2).keys(pick(choices, 1, 1, 2)).writers(pick(choices, 1, 2, 2))
                .transactions(6 + choices.next(4)).statements(1).mix(3, 0, pick(choices, 0, 0, 3), 3, 0, 0)
                .haste(pick(choices, 100, 300, 1_000)).pace(1).delay(pick(choices, 1, 4, 10)).slowCommits(300)
                .commit(pick(choices, 60, 200)).trouble(pick(choices, 0, 0, 10, 30, 60)).unbatched(pick(choices, 50, 600))
                .stall(1).tables(tables).steps(pick(choices, 5, 10, 20)).done();
    }

    /** Clocks are set forth and back. */
    private static Profile stepping(Choices choices, int tables) {
        int regions = 2 + choices.next(2);
        List<Integer> mix = List.of(pick(choices, 1, 3, 3), pick(choices, 0, 2), pick(choices, 0, 1, 3), pick(choices, 1, 2, 4),
                pick(choices, 0, 0, 0, 2), pick(choices, 0, 0, 0, 1));
        return new Profile.Draft().regions(regions).keys(pick(choices, 1, 1, 1, 2, 3)).writers(1 + choices.next(2))
                .transactions(2 + choices.next(4)).statements(pick(choices, 1, 1, 2, 3)).mix(mix)
                .haste(pick(choices, 50, 200, 1_000)).skew(pick(choices, 0, 0, 10, 100, 400)).pace(pick(choices, 0, 1, 2, 4))
                .delay(pick(choices, 4, 20, 100)).slowCommits(pick(choices, 0, 200, 500)).heartbeats(pick(choices, 0, 1, 3))
                .collect(pick(choices, 0, 100, 300)).trouble(pick(choices, 0, 0, 4, 10)).chunked(pick(choices, 0, 0, 300))
                .unbatched(pick(choices, 300, 700)).stalls(pick(choices, 0, 0, 5, 20)).lags(pick(choices, 0, 0, 5, 20))
                .stall(pick(choices, 20, 100)).tables(tables).steps(pick(choices, 5, 20, 60)).done();
    }

    /** One row is inserted and deleted while clocks are set and commits take their time. */
    private static Profile hotStepping(Choices choices, int tables) {
        return new Profile.Draft().regions(2).keys(1).writers(2).transactions(4 + choices.next(3)).statements(1)
                .mix(3, 0, pick(choices, 0, 1), 3, 0, 0).haste(pick(choices, 50, 200)).skew(pick(choices, 0, 10))
                .pace(pick(choices, 0, 1)).delay(pick(choices, 2, 8)).slowCommits(600).unbatched(600)
                .stalls(pick(choices, 20, 60, 120)).lags(pick(choices, 20, 60, 120)).stall(pick(choices, 10, 50, 100))
                .tables(tables).steps(pick(choices, 20, 60)).done();
    }

    /** One row is updated again and again, here and there, while clocks are set and captures lag. */
    private static Profile updatedWhileStepping(Choices choices, int tables) {
        return new Profile.Draft().regions(2 + choices.next(2)).keys(1).writers(1 + choices.next(2))
                .transactions(5 + choices.next(4)).statements(1).mix(2, 0, 8, pick(choices, 0, 1), 0, 0)
                .haste(pick(choices, 50, 200)).skew(pick(choices, 0, 10)).pace(pick(choices, 0, 1, 2))
                .delay(pick(choices, 4, 20)).slowCommits(pick(choices, 0, 400)).heartbeats(pick(choices, 0, 2))
                .trouble(pick(choices, 0, 0, 10)).unbatched(pick(choices, 50, 600)).stalls(pick(choices, 0, 20))
                .lags(pick(choices, 20, 60, 120)).stall(pick(choices, 20, 100)).tables(tables).steps(pick(choices, 20, 60))
                .done();
    }

    private static int pick(Choices choices, int... of) {
        return of[choices.next(of.length)];
    }
}
