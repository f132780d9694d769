package io.rowmesh.testbed.simulation;

/** Which tables a history may have, by what decides their concurrent writes. */
public enum Rules {
    /** Any of the others. */
    ALL, LAST_WRITE_WINS, COUNTERS, ROWS_AND_COUNTERS, COLUMN_MERGE,
    /** One of the rules over siblings, or two of them beside last-write-wins. */
    SIBLINGS, REGION_PRIORITY, HOME_REGION, CUSTOM, PARK,
    /** Last-write-wins, while clocks are set forth and back. */
    CLOCK_STEPS,
    /** Last-write-wins, while tables are rewritten. */
    REWRITES,
    /** The rules over siblings, column-merge, counters: while clocks are set forth and back. */
    SIBLING_CLOCK_STEPS, COLUMN_CLOCK_STEPS, COUNTER_CLOCK_STEPS,
    /** Only histories of commits that are long in the log before others see them: of last-write-wins, of counters, and while clocks are set. */
    LONG_COMMITS, LONG_COMMITS_OF_COUNTERS, LONG_COMMITS_AND_STEPS,
    /** One or two unique keys beside the primary key, of which the newest row is shown. */
    UNIQUE,
    /** The same, while clocks are set forth and back. */
    UNIQUE_CLOCK_STEPS,
    /** Last-write-wins, where all databases behave as MySQL does; where some do and some as PostgreSQL; and while clocks are set forth and back. */
    MYSQL, MIXED, MIXED_CLOCK_STEPS;

    private static final Rules[] OF_ALL = {LAST_WRITE_WINS, LAST_WRITE_WINS, LAST_WRITE_WINS, COUNTERS, COUNTERS, ROWS_AND_COUNTERS, COLUMN_MERGE,
        COLUMN_MERGE, SIBLINGS, SIBLINGS, CLOCK_STEPS, COUNTER_CLOCK_STEPS, COLUMN_CLOCK_STEPS, SIBLING_CLOCK_STEPS, LONG_COMMITS_AND_STEPS,
        REWRITES, UNIQUE, UNIQUE_CLOCK_STEPS};

    /** Itself, or one of those that it stands for. */
    Rules one(Choices choices) {
        return this == ALL ? OF_ALL[choices.next(OF_ALL.length)] : this;
    }

    /** One of the kinds of {@link Profile#tables}. */
    int draw(Choices choices) {
        return switch (this) {
            case ALL -> throw new IllegalStateException("one of them is drawn first");
            case REWRITES -> Profile.REWRITTEN_ROWS;
            case LAST_WRITE_WINS, CLOCK_STEPS, LONG_COMMITS, LONG_COMMITS_AND_STEPS, MYSQL, MIXED, MIXED_CLOCK_STEPS -> Profile.ONLY_ROWS;
            case ROWS_AND_COUNTERS -> Profile.ROWS_AND_COUNTERS;
            case COUNTERS, LONG_COMMITS_OF_COUNTERS, COUNTER_CLOCK_STEPS -> Profile.ONLY_COUNTERS;
            case COLUMN_MERGE, COLUMN_CLOCK_STEPS -> Profile.ONLY_COLUMNS;
            case SIBLINGS, SIBLING_CLOCK_STEPS -> siblings(choices);
            case REGION_PRIORITY -> Profile.ONLY_PRIORITY;
            case HOME_REGION -> Profile.ONLY_HOME;
            case CUSTOM -> Profile.ONLY_CUSTOM;
            case PARK -> Profile.ONLY_PARK;
            case UNIQUE, UNIQUE_CLOCK_STEPS -> choices.next(5) < 2 ? Profile.ONE_UNIQUE : Profile.TWO_UNIQUE;
        };
    }

    /** Which of so many regions have databases that behave as MySQL does, as bits. Where clocks step it may be all of them. */
    int mySql(Choices choices, int regions) {
        int all = (1 << regions) - 1;
        return switch (this) {
            case MYSQL -> all;
            case MIXED -> 1 + choices.next(all - 1);
            case MIXED_CLOCK_STEPS -> 1 + choices.next(all);
            default -> 0;
        };
    }

    private static int siblings(Choices choices) {
        return Profile.ONLY_PRIORITY + choices.next(1 + Profile.ROWS_AND_SIBLINGS - Profile.ONLY_PRIORITY);
    }
}
