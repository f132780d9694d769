package io.rowmesh.testbed.simulation;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A simulation that finds nothing proves nothing: each small fault, switched on alone, must be found. */
class PlantedFaultsTest {

    /** The seeds are the same in each run, so this cannot fail by bad luck; some ten times the median. */
    @ParameterizedTest
    @CsvSource({"NO_TOMBSTONE, 100", "TIE_BY_APPLYING_NODE, 300", "NO_SKEW_WAIT, 1000", "SKEW_WAIT_AT_EQUAL, 10000", "NO_KEY_LOCK, 1500",
        "NO_REASSERTION, 1000", "NO_TOMBSTONE_OF_LOCAL_DELETE, 100", "EQUAL_OF_SAME_ORIGIN_LOSES, 300", "PROGRESS_BEFORE_DATA, 1000",
        "PROGRESS_AFTER_DATA, 100", "RESUME_BY_ORIGIN_POSITION, 1000", "READ_THEN_WRITE, 4000", "SHIPPED_BEFORE_TOMBSTONE, 20000",
        "CONFIRMED_BEFORE_SYNC, 4000", "ORIGIN_TAG_LOST_ON_SECOND_CHUNK, 1000", "DUPLICATES_APPLIED, 4000",
        "UPDATE_WITHOUT_ROW_DROPPED, 1000", "TRUNCATE_WITHOUT_TOMBSTONE, 1000", "KEY_CHANGE_WITHOUT_DELETE, 2000",
        "ACKNOWLEDGED_BEFORE_FLUSH, 4000", "VERSION_OF_APPLYING_REGION, 100", "DELETES_UNCONDITIONAL, 100",
        "TOMBSTONES_DROPPED_WHEN_ACKNOWLEDGED, 15000", "INCREDIBLE_SHIPPED, 300", "BEGUN_CHANGES_NOT_NOTED, 1000",
        "TOUCH_OF_UNCHANGED_ROW_ONLY, 300", "TOUCH_WHATEVER_ITS_TIMESTAMP, 1500", "TOUCH_BEFORE_VISIBLE, 4000", "SHIPPED_BEFORE_SYNC, 1000",
        "RACED_TOUCH_SHIPPED, 5000", "SEEN_TOLD_BY_TIMESTAMP, 1500", "COUNTER_UPDATE_UPSERTED, 50",
        "SIBLINGS_PAIRWISE, 50", "SIBLINGS_NOT_CAUSAL, 8000",
        "SIBLINGS_SEEN_OVERSTATED, 50", "SIBLINGS_SEEN_UNDERSTATED, 100", "SIBLINGS_LOCAL_WRITE_NOT_JOINED, 50",
        "SIBLINGS_DROPPED_WHEN_ACKNOWLEDGED, 200", "SIBLINGS_STATE_NOT_DURABLE, 8000",
        "UNIQUE_LOSERS_FORGOTTEN, 50", "UNIQUE_CAPTURE_DOES_NOT_LOOK, 3000", "UNIQUE_HIDDEN_IGNORED, 100", "UNIQUE_VERSION_NOT_KEPT, 200",
        "UNIQUE_WHATEVER_ROW_REMOVED, 12000", "UNIQUE_DELETES_NOT_REASSERTED, 300",
        "VERSIONS_BEFORE_LOCK, 300", "VERSIONS_NOT_AWAITED, 100", "LOG_END_BEFORE_LOCK, 500", "OVERTAKEN_INSERT_WRITES_OVER, 700",
        "TOMBSTONES_NOT_ASKED, 50", "READER_KEEPS_DELETED, 50", "READER_TAKES_COMMIT_FOR_VERSION, 50", "READER_RESTARTS_AHEAD, 300",
        "READER_MISSES_TOUCHES, 100", "MYSQL_NO_SKEW_WAIT, 1000", "MYSQL_NO_KEY_LOCK, 1500",
        "HISTORY_BY_SNAPSHOT, 3000", "HISTORY_WITHOUT_DELETED, 100", "HISTORY_WITHOUT_REPAIRS, 500", "HISTORY_WITHOUT_TRUNCATES, 500",
        "HISTORY_AFTER_COMMIT, 1500", "HISTORY_OF_SEEN, 50", "HISTORY_OF_LATE, 300", "UNIQUE_HISTORY_WITHOUT_DELETED, 300",
        "UNIQUE_HISTORY_WITHOUT_REPAIRS, 300", "UNIQUE_HISTORY_WITHOUT_TRUNCATES, 500", "COUNTER_HISTORY_WITHOUT_TRUNCATES, 300",
        "COUNTER_HISTORY_WITHOUT_DELETED, 300", "COUNTER_HISTORY_WITHOUT_MERGED, 300", "HISTORY_WITHOUT_CAPTURED_SIBLINGS, 300",
        "HISTORY_WITHOUT_REPLACED, 300", "HISTORY_WITHOUT_REFUSED_SIBLINGS, 300", "REWRITE_NOT_NOTICED, 100", "REWRITTEN_FORGOTTEN_AT_ONCE, 300"})
    void isFoundWithinSoManySeeds(Fault fault, long seeds) throws InterruptedException {
        Campaign campaign = new Campaign(1, seeds, fault.rules(), fault);
        campaign.run(Runtime.getRuntime().availableProcessors(), () -> campaign.failures() > 0);
        assertTrue(campaign.failures() > 0, fault + " is not found");
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = {"NO_SECOND_LOOK_OF_CAPTURE", "NO_SECOND_LOOK_AT_ALL", "LOOK_BEFORE_VISIBLE"})
    void isFoundInTheSchedulesOfASmallScope(Fault fault) {
        assertNotNull(Scope.search(List.of(Scope.reinsertMeetsDelete()), fault, 1, 20).fault());
    }

    @Test
    void withoutAFaultTheSameScopeHasNoBadSchedule() {
        assertNull(Scope.search(List.of(Scope.reinsertMeetsDelete()), null, 1, 20).fault());
    }

    @Test
    void everyPairOfOperationsEndsEqualInEverySchedule() {
        SmallScope.Result result = Scope.search(Scope.pairs(), null, 0, 4);
        assertNull(result.fault());
        assertEquals(Scope.pairs().size() * 4L, result.schedules());
    }
}
