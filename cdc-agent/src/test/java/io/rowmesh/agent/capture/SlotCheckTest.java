package io.rowmesh.agent.capture;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SlotCheckTest {

    private static final EpochRow EPOCH_3 = new EpochRow(3, "eu", "rowmesh_eu", "77");
    private static final LogPosition NEVER_BEGUN = new LogPosition(0, 0, 0, 0);
    private static final LogPosition LOG = new LogPosition(3, 3, 10, 500);

    private static SlotState slot(long confirmed) {
        return new SlotState("rowmesh_eu", "pgoutput", "db", confirmed, "reserved", null, 0);
    }

    private static SourceState source(SlotState slot, EpochRow newest) {
        return new SourceState("eu", "rowmesh_eu", "db", "77", 1000, slot, newest);
    }

    private static void refused(String why, SourceState source, LogPosition log) {
        SlotCheck.Decision decision = SlotCheck.decide(source, log);
        assertTrue(decision instanceof SlotCheck.Refuse r && r.sentence().contains(why), decision::toString);
    }

    private static void needsNewEpoch(String why, SourceState source, LogPosition log) {
        refused(why, source, log);
        refused("`rowmesh new-epoch`", source, log);
    }

    @Test
    void firstStartMakesTheSlotOrAdoptsIt() {
        assertEquals(new SlotCheck.StartFresh(1, true), SlotCheck.decide(source(null, null), NEVER_BEGUN));
        assertEquals(new SlotCheck.StartFresh(1, false), SlotCheck.decide(source(slot(300), null), NEVER_BEGUN));
    }

    @Test
    void firstStartThatBrokeOffBeforeItsRecordIsMadeAgain() {
        assertEquals(new SlotCheck.StartFresh(2, false), SlotCheck.decide(source(slot(300), null), new LogPosition(1, 1, 0, 300)));
    }

    @Test
    void goesOnWhereTheChangeLogEnds() {
        assertEquals(new SlotCheck.Resume(3, false), SlotCheck.decide(source(slot(500), EPOCH_3), LOG));
        assertEquals(new SlotCheck.Resume(3, true), SlotCheck.decide(source(slot(499), EPOCH_3), LOG));
    }

    @Test
    void everyGapIsRefused() {
        needsNewEpoch("is gone", source(null, EPOCH_3), LOG);
        needsNewEpoch("past the change log", source(slot(501), EPOCH_3), LOG);
        needsNewEpoch("is lost", source(slot(500), EPOCH_3), NEVER_BEGUN);
        needsNewEpoch("of epoch 2", source(slot(500), EPOCH_3), new LogPosition(2, 2, 10, 500));
        needsNewEpoch("no record of any epoch", source(slot(500), null), LOG);
        needsNewEpoch("went back to 0/3E8", source(slot(500), EPOCH_3), new LogPosition(3, 3, 10, 1001));
        needsNewEpoch("another one", new SourceState("eu", "rowmesh_eu", "db", "78", 1000, slot(500), EPOCH_3), LOG);
    }

    @Test
    void anInvalidatedSlotIsRefusedWithTheServersReason() {
        needsNewEpoch("its log was removed",
                source(new SlotState("rowmesh_eu", "pgoutput", "db", 500, "lost", null, 0), EPOCH_3), LOG);
        needsNewEpoch("idle_timeout",
                source(new SlotState("rowmesh_eu", "pgoutput", "db", 500, null, "idle_timeout", 0), EPOCH_3), LOG);
    }

    @Test
    void somebodyElsesSlotOrDatabaseIsRefused() {
        refused("not ours", source(new SlotState("rowmesh_eu", "test_decoding", "db", 500, "reserved", null, 0), null), NEVER_BEGUN);
        refused("not ours", source(new SlotState("rowmesh_eu", null, null, 0, "reserved", null, 0), null), NEVER_BEGUN);
        refused("not ours", source(new SlotState("rowmesh_eu", "pgoutput", "other", 500, "reserved", null, 0), null), NEVER_BEGUN);
        refused("belongs to region us", source(slot(500), new EpochRow(3, "us", "rowmesh_us", "77")), LOG);
    }
}
