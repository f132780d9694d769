package io.rowmesh.testbed.simulation;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class SimulationTest {

    private static final int HISTORIES = 4_000;

    @Test
    void everyHistoryEndsWithEqualRegions() throws InterruptedException {
        Campaign campaign = new Campaign(1, HISTORIES, null).run(Runtime.getRuntime().availableProcessors(), () -> false);
        assertEquals("[]", campaign.failed().toString());
        assertEquals(HISTORIES, campaign.done());
    }

    @Test
    void everyHistoryWithClocksThatStepEndsWithEqualRegions() throws InterruptedException {
        Campaign campaign = new Campaign(1, 1_000, Rules.CLOCK_STEPS, null).run(Runtime.getRuntime().availableProcessors(), () -> false);
        assertEquals("[]", campaign.failed().toString());
    }

    @Test
    void aSeedIsAlwaysTheSameHistory() {
        StringBuilder first = new StringBuilder();
        StringBuilder second = new StringBuilder();
        Simulation.run(42, null, first::append);
        Simulation.run(42, null, second::append);
        assertEquals(first.toString(), second.toString());
    }
}
