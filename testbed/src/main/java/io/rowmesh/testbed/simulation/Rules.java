package io.rowmesh.testbed.simulation;

/** Which tables a history may have, by what decides their concurrent writes. */
public enum Rules {
    ALL, LAST_WRITE_WINS, COUNTERS, COLUMN_MERGE,
    /** Last-write-wins, while clocks are set forth and back. */
    CLOCK_STEPS;

    /** One of the kinds of {@link Profile#tables}. */
    int draw(Choices choices) {
        int drawn = choices.next(5);
        return switch (this) {
            case ALL -> drawn < 2 ? Profile.ONLY_ROWS : drawn == 2 ? Profile.ONLY_COUNTERS
                    : drawn == 3 ? Profile.ROWS_AND_COUNTERS : Profile.ONLY_COLUMNS;
            case LAST_WRITE_WINS, CLOCK_STEPS -> Profile.ONLY_ROWS;
            case COUNTERS -> Profile.ONLY_COUNTERS;
            case COLUMN_MERGE -> Profile.ONLY_COLUMNS;
        };
    }
}
