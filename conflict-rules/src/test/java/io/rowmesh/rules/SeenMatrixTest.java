package io.rowmesh.rules;

import io.rowmesh.schema.Seen;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What region a knows of what b and c have seen. */
class SeenMatrixTest {

    private static final List<String> REGIONS = List.of("a", "b", "c");

    @Test
    void theLeastOfWhatAnybodyHasSeenCountsAndAnOriginKnowsItsOwn() {
        Seen all = seenByAll(Seen.NONE.with("b", 1, 7).with("c", 1, 4),
                Map.of("b", Seen.NONE.with("a", 1, 9).with("c", 1, 5), "c", Seen.NONE.with("a", 1, 3).with("b", 1, 6)));
        assertEquals(Seen.NONE.with("a", 1, 3).with("b", 1, 6).with("c", 1, 4), all);
    }

    @Test
    void whoHasToldNothingHasSeenNothing() {
        Seen all = seenByAll(Seen.NONE.with("b", 1, 7).with("c", 1, 4), Map.of("b", Seen.NONE.with("a", 1, 9).with("c", 2, 1)));
        assertEquals(Seen.NONE.with("c", 1, 4), all);
    }

    @Test
    void whatWasSeenElsewhereIsNotYetAppliedHere() {
        Seen all = seenByAll(Seen.NONE, Map.of("b", Seen.NONE.with("c", 1, 5), "c", Seen.NONE.with("b", 1, 6)));
        assertEquals(Seen.NONE, all);
    }

    @Test
    void anotherRegionsOwnTransactionsAreSettledOnceItHasToldSo() {
        Seen applied = Seen.NONE.with("b", 1, 7).with("c", 1, 4);
        Map<String, Seen> heard = Map.of("b", Seen.NONE.with("a", 1, 9).with("b", 1, 5).with("c", 1, 5),
                "c", Seen.NONE.with("a", 1, 3).with("b", 1, 6));
        assertEquals(Seen.NONE.with("a", 1, 3).with("b", 1, 5), new SeenMatrix("a", REGIONS, applied, heard).settledEverywhere());
    }

    @Test
    void epochsComeBeforeSequences() {
        Seen all = seenByAll(Seen.NONE.with("b", 2, 1), Map.of("c", Seen.NONE.with("b", 1, 900)));
        assertEquals(Seen.NONE.with("b", 1, 900), all);
    }

    private static Seen seenByAll(Seen applied, Map<String, Seen> heard) {
        return new SeenMatrix("a", REGIONS, applied, heard).seenByAll();
    }
}
