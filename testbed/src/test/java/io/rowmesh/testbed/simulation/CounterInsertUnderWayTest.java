package io.rowmesh.testbed.simulation;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * An insert of a counter is in the log, shipped, and updated elsewhere, and that update comes back before the insert is visible at
 * home. Links are quick and users often stand still, also within a commit; other histories hardly ever meet this.
 */
class CounterInsertUnderWayTest {

    private static final int HISTORIES = 2_000;
    private static final Profile QUICK_LINKS = new Profile(2, 1, 1, 8, 1, List.of(3, 0, 6, 0, 0, 0), 50, 0, 1, 1, 1_000, 2, 0, 0, 0, 1_000,
            10, 1_000, Profile.ONLY_COUNTERS, 0);

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
                new World(new SeededChoices(seed), QUICK_LINKS, planted, null).run();
            } catch (Broken e) {
                return "seed " + seed + ": " + e.getMessage();
            }
        }
        return "";
    }
}
