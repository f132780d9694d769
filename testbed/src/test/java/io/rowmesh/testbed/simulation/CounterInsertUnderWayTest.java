package io.rowmesh.testbed.simulation;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * An insert of a counter is in the log, shipped, and updated elsewhere, and that update comes back before the insert is visible at
 * home. Links are quick and commits stand still for long; other histories hardly ever meet this.
 */
class CounterInsertUnderWayTest {

    private static final int HISTORIES = 500;

    @Test
    void anUpdateOfARowThatIsNotVisibleYetIsCounted() {
        assertEquals("", firstBad(null));
    }

    @Test
    void thisShowsWhenAnUpdateDoesNotWaitForTheInsert() {
        assertTrue(firstBad(Fault.COUNTER_UPDATE_WAITS_FOR_NO_INSERT).contains("should be"));
    }

    private static String firstBad(Fault planted) {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            try {
                Choices choices = new SeededChoices(seed);
                new World(choices, Profiles.updatedUnderWay(choices, Profile.ONLY_COUNTERS), planted, null).run();
            } catch (Broken e) {
                return "seed " + seed + ": " + e.getMessage();
            }
        }
        return "";
    }
}
