package io.rowmesh.rules.credible;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class TrueTimeTest {

    private static final long SECOND = 1_000_000;
    private static final long SKEW = 5 * SECOND;
    private static final long NONE = Long.MIN_VALUE;
    private static final long START = 1_700_000_000 * SECOND;

    private final TrueTime time = new TrueTime(SKEW, START, 0);

    private static long nanos(long seconds) {
        return seconds * 1_000_000_000;
    }

    @Test
    void goesWithTheWallClock() {
        assertEquals(START + 10 * SECOND + SKEW, time.latestCredible(START + 10 * SECOND, nanos(10), NONE));
    }

    @Test
    void aJumpAheadOfThisMachineIsNotBelieved() {
        assertEquals(START + 10 * SECOND + SKEW, time.latestCredible(START + 3_600 * SECOND, nanos(10), START + 9 * SECOND));
    }

    @Test
    void aJumpAheadThatTheOtherRegionsShareIs() {
        long right = START + 3_600 * SECOND;
        assertEquals(right + SKEW, time.latestCredible(right, nanos(10), right - SECOND));
        assertEquals(right + 10 * SECOND + SKEW, time.latestCredible(right + 10 * SECOND, nanos(20), NONE));
    }

    @Test
    void aJumpBackIsFollowedUnlessTheOtherRegionsAreAhead() {
        assertEquals(START - 90 * SECOND + SKEW, time.latestCredible(START - 90 * SECOND, nanos(10), NONE));
        assertEquals(START + 9 * SECOND + SKEW, time.latestCredible(START - 90 * SECOND, nanos(10), START + 9 * SECOND));
    }
}
