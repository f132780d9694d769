package io.rowmesh.applier.aged;

import io.rowmesh.applier.aged.Ageing.Plan;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class AgeingTest {

    private static final long CYCLE = 1L << 32;

    @Test
    void aYoungDatabaseHasNoOldRows() {
        assertEquals(Plan.NOTE, Ageing.plan(800, null));
        assertEquals(Plan.NOTE, Ageing.plan(Ageing.OLD - 1, null));
    }

    @Test
    void anOldOneThatIsMetIsLookedAtBeforeAnythingIsApplied() {
        assertEquals(Plan.LOOK_FIRST, Ageing.plan(Ageing.OLD, null));
        assertEquals(Plan.LOOK_FIRST, Ageing.plan(7 * CYCLE, null));
    }

    @Test
    void itIsLookedAtAgainNowAndThenWhileOthersAreApplied() {
        assertEquals(Plan.REST, Ageing.plan(CYCLE + Ageing.EVERY - 1, CYCLE));
        assertEquals(Plan.LOOK, Ageing.plan(CYCLE + Ageing.EVERY, CYCLE));
    }

    @Test
    void afterALongTimeWithoutANodeItIsLookedAtFirst() {
        assertEquals(Plan.LOOK_FIRST, Ageing.plan(CYCLE + Ageing.OLD, CYCLE));
    }

    @Test
    void whereNumbersMayBeInUseAgainEveryRowIsSuspect() {
        long last = CYCLE - Ageing.OLD;
        assertEquals(Plan.LOOK_FIRST, Ageing.plan(CYCLE + last - 1, CYCLE));
        assertEquals(Plan.DOUBT_ALL, Ageing.plan(CYCLE + last, CYCLE));
    }

    @Test
    void aCopyOfAnotherDatabaseIsMetAnew() {
        assertEquals(Plan.NOTE, Ageing.plan(800, CYCLE));
        assertEquals(Plan.LOOK_FIRST, Ageing.plan(2 * Ageing.OLD, CYCLE));
    }
}
