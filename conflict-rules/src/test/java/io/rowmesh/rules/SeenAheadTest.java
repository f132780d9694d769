package io.rowmesh.rules;

import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Region c, to which a's transactions come late, while b has seen them. */
class SeenAheadTest {

    private final SeenAhead ahead = new SeenAhead();

    @Test
    void aChangeThatComesAfterOneThatHadSeenItIsToldFromOneThatHadNot() {
        ahead.resumes("b", 900);
        heard("b", 1, 1_000);
        heard("b", 2, 1_100, a(5));
        heard("b", 3, 1_200, a(8));
        assertFalse(hadSeen(1_000, 5), "that write of b was made before a's came there");
        assertTrue(hadSeen(1_100, 5));
        assertFalse(hadSeen(1_100, 6));
        assertTrue(hadSeen(1_200, 6));
        assertFalse(hadSeen(1_200, 9));
    }

    /** Two commits of b whose timestamps are not in the order of its log. */
    @Test
    void aWriteCountsAsHavingSeenOnlyWhenItIsCertain() {
        ahead.resumes("b", 1_001);
        heard("b", 1, 1_000, a(5));
        assertFalse(hadSeen(1_000, 5), "a write with this timestamp may stand before it in the log");
        heard("b", 2, 1_002);
        assertTrue(hadSeen(1_002, 5));
    }

    @Test
    void whatWasNotHeardOfSinceTheStartCountsAsNotSeen() {
        heard("b", 7, 1_000, a(5));
        assertFalse(hadSeen(1_000, 5));
        heard("b", 8, 1_100, a(5));
        assertTrue(hadSeen(1_100, 5));
    }

    @Test
    void aTransactionThatIsRepeatedTellsNothingNew() {
        ahead.resumes("b", 900);
        heard("b", 1, 1_000, a(5));
        heard("b", 2, 1_100, a(6));
        heard("b", 1, 1_000, a(5));
        assertTrue(hadSeen(1_000, 5));
        assertTrue(hadSeen(1_100, 6));
    }

    @Test
    void laterEpochsHaveSeenEarlierOnes() {
        ahead.resumes("b", 900);
        heard("b", 1, 1_000, new SeenMark("a", 2, 1, 0));
        assertTrue(hadSeen(1_000, 999));
    }

    @Test
    void whatIsDurableHereIsForgottenAndWhatIsTooMuchIsToldMoreRoughly() {
        ahead.resumes("b", 0);
        for (int i = 1; i <= 100_000; i++) {
            heard("b", i, i, a(i));
        }
        assertTrue(ahead.size() <= SeenAhead.STEPS);
        assertTrue(hadSeen(100_000, 1));
        assertTrue(hadSeen(100_000, 90_000));
        assertFalse(hadSeen(1, 2));
        ahead.durable("a", 1, 100_000);
        assertTrue(ahead.size() == 0);
        heard("b", 100_000, 100_000, a(100_000));
        assertTrue(ahead.size() == 0);
    }

    @Test
    void ofTheOwnRegionNothingComesLate() {
        ahead.resumes("b", 900);
        heard("b", 1, 1_000, new SeenMark("c", 1, 5, 0));
        assertTrue(ahead.size() == 0);
    }

    private static SeenMark a(long sequence) {
        return new SeenMark("a", 1, sequence, 0);
    }

    private void heard(String origin, long sequence, long micros, SeenMark... seen) {
        ahead.heard("c", header(origin, sequence, micros, seen));
    }

    private static TransactionHeader header(String origin, long sequence, long micros, SeenMark... seen) {
        return new TransactionHeader(origin, 1, sequence, micros, sequence, 1, 1, List.of(seen), false);
    }

    private boolean hadSeen(long microsOfB, long sequenceOfA) {
        return ahead.hadSeen(new Version(microsOfB, "b"), header("a", sequenceOfA, 500));
    }
}
