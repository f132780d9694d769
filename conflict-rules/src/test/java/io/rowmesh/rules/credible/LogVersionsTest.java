package io.rowmesh.rules.credible;

import io.rowmesh.schema.TableId;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import static io.rowmesh.rules.credible.LocalTransaction.Verdict.SHIP;
import static io.rowmesh.rules.credible.LocalTransaction.Verdict.WITHHOLD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LogVersionsTest {

    private static final TableId T = new TableId("public", "t");
    private static final long SECOND = 1_000_000;
    private static final long NOW = 1_700_000_000 * SECOND;

    private LogVersions versions = new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE);
    private final PendingKeys pending = new PendingKeys();
    private long position = 1_000;

    private LocalTransaction.Verdict commit(long micros, int... keys) {
        return commitAt(position += 10, micros, keys);
    }

    private LocalTransaction.Verdict commitAt(long at, long micros, int... keys) {
        if (at % 3 == 0) {
            versions.durable();
        }
        LocalTransaction transaction = new LocalTransaction(versions, pending, micros);
        for (int key : keys) {
            transaction.wrote(key < 0 ? new WrittenKey(T, "*") : new WrittenKey(T, "[\"" + key + "\"]"));
        }
        return transaction.judge(at, Long.MAX_VALUE);
    }

    @Test
    void commitsOutOfOrderOnDifferentRowsAreNormal() {
        assertEquals(SHIP, commit(NOW + 5, 1));
        assertEquals(SHIP, commit(NOW + 3, 2));
        assertEquals(SHIP, commit(NOW + 5, 3));
        assertEquals(WITHHOLD, commit(NOW + 5, 1));
        assertEquals(WITHHOLD, commit(NOW + 4, 2, 1));
        assertEquals(SHIP, commit(NOW + 6, 2, 1, 3));
    }

    @Test
    void aTruncateStandsForEveryKey() {
        assertEquals(SHIP, commit(NOW + 5, 1));
        assertEquals(WITHHOLD, commit(NOW + 4, -1));
        assertEquals(SHIP, commit(NOW + 6, -1));
        assertEquals(WITHHOLD, commit(NOW + 5, 7));
    }

    @Test
    void theSameHoldsOfATransactionWithVeryManyKeys() {
        int[] many = java.util.stream.IntStream.range(0, 30_000).toArray();
        assertEquals(SHIP, commit(NOW, many));
        assertEquals(WITHHOLD, commit(NOW, 29_999));
        assertEquals(SHIP, commit(NOW + 1, 29_999));
        assertEquals(WITHHOLD, commit(NOW + 1, many));
    }

    @Test
    void whatALaneBeganCountsFromItsPlaceInTheLogOn() {
        versions.begun(500, NOW + 100, NOW + 90);
        assertEquals(SHIP, commitAt(490, NOW + 50, 1), "it stands before what was applied, and lost to it");
        assertEquals(WITHHOLD, commitAt(510, NOW + 90, 1));
        assertEquals(SHIP, commitAt(520, NOW + 91, 1));
        assertEquals(NOW + 91, versions.newest());
    }

    /** However far the capture is behind, nobody is withheld as long as the clock goes forward. */
    @Test
    void aCaptureThatIsFarBehindFindsNothingWrong() {
        for (int i = 0; i < 100_000; i++) {
            long clock = NOW + i * 100L;
            versions.begun(10L * i, clock, clock - 40_000 - i % 7);
        }
        for (int i = 0; i < 100_000; i++) {
            assertEquals(SHIP, commitAt(10L * i + 5, NOW + i * 100L + 50, i % 100), "at " + i);
        }
        assertEquals(WITHHOLD, commit(NOW, 1));
    }

    @Test
    void afterARestartNothingUpToTheNewestIsCredible() {
        versions = new LogVersions(NOW, Long.MIN_VALUE);
        assertEquals(WITHHOLD, commit(NOW, 1));
        assertEquals(SHIP, commit(NOW + 1, 1));
    }

    @Test
    void afterARestartOnlyWhatWasAppliedBeforeCounts() {
        versions = new LogVersions(Long.MIN_VALUE, NOW);
        versions.appliedBefore(100, NOW + 50);
        versions.appliedBefore(200, NOW + 10);
        versions.appliedBefore(300, NOW + 90);
        assertEquals(NOW + 90, versions.newest());
        assertEquals(SHIP, commitAt(90, NOW + 20, 1));
        assertEquals(WITHHOLD, commitAt(210, NOW + 50, 1));
        assertEquals(SHIP, commitAt(250, NOW + 60, 1));
        assertEquals(WITHHOLD, commitAt(310, NOW + 90, 2));
        assertEquals(SHIP, commitAt(320, NOW + 91, 2));
    }

    /** Against the rule itself, with a map of everything: never less strict, and exact while the clock goes forward. */
    @Test
    void isNeverLessStrictThanTheWholeMap() {
        Random random = new Random(7);
        Map<Integer, Long> whole = new HashMap<>();
        long clock = NOW;
        int withheld = 0;
        for (int i = 0; i < 200_000; i++) {
            clock += random.nextInt(100);
            if (random.nextInt(20_000) == 0) {
                clock -= random.nextInt(3) * SECOND;
            }
            int key = random.nextInt(50);
            long micros = clock - random.nextInt(20);
            boolean mayShip = micros > whole.getOrDefault(key, Long.MIN_VALUE);
            LocalTransaction.Verdict verdict = commit(micros, key);
            assertTrue(mayShip || verdict == WITHHOLD, "shipped below the newest version of its key at " + i);
            if (verdict == SHIP) {
                whole.put(key, micros);
            }
            withheld += mayShip && verdict == WITHHOLD ? 1 : 0;
        }
        assertTrue(withheld < 100_000, withheld + " withheld needlessly");
    }

    /** A capture that starts over judges again what it had not made durable, and comes to the same. */
    @Test
    void whatIsJudgedAgainIsJudgedTheSame() {
        assertEquals(SHIP, commitAt(1_000, NOW, 1));
        versions.durable();
        versions.begun(1_005, NOW + 15, NOW + 12);
        for (int i = 0; i < 3; i++) {
            assertEquals(WITHHOLD, commitAt(1_010, NOW + 11, 2), "not above what was begun");
            assertEquals(SHIP, commitAt(1_012, NOW + 20, 2));
            assertEquals(SHIP, commitAt(1_015, NOW + 21, 2));
            assertEquals(WITHHOLD, commitAt(1_016, NOW + 21, 2));
            versions.restarted();
        }
        assertEquals(WITHHOLD, commitAt(1_010, NOW, 1));
    }

    @Test
    void aLongMapForgetsOnlyWhatIsRemoved() {
        LongMap map = new LongMap();
        Map<Long, Long> model = new HashMap<>();
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            long key = random.nextInt(500) * 64L;
            if (random.nextInt(3) == 0) {
                map.remove(key);
                model.remove(key);
            } else {
                map.put(key, i);
                model.put(key, (long) i);
            }
            assertEquals(model.size(), map.size());
        }
        for (long key = 0; key < 500 * 64; key += 64) {
            assertEquals(model.getOrDefault(key, LongMap.NONE), map.get(key));
        }
    }
}
