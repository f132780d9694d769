package io.rowmesh.schema;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SeenTest {

    private static final Seen SEEN = Seen.of(List.of(new SeenMark("us", 2, 5, 77), new SeenMark("ap", 1, 9, 0)));

    @Test
    void includesWhatStandsAtOrBelowTheMarkAndAllEarlierEpochs() {
        assertTrue(SEEN.includes("us", 2, 5));
        assertTrue(SEEN.includes("us", 1, 1_000));
        assertFalse(SEEN.includes("us", 2, 6));
        assertFalse(SEEN.includes("us", 3, 1));
        assertFalse(SEEN.includes("eu", 1, 1));
        assertNull(SEEN.of("eu"));
    }

    @Test
    void marksOnlyRise() {
        assertSame(SEEN, SEEN.with("us", 2, 4));
        assertSame(SEEN, SEEN.with("us", 1, 100));
        assertEquals(new Seen.Mark(3, 1), SEEN.with("us", 3, 1).of("us"));
        assertEquals(new Seen.Mark(2, 5), SEEN.of("us"));
        assertEquals(SEEN, Seen.NONE.with("ap", 1, 9).with("us", 2, 5));
        assertEquals(new Seen.Mark(1, 9), Seen.of(List.of(new SeenMark("ap", 1, 9, 0), new SeenMark("ap", 1, 3, 0))).of("ap"));
    }

    @Test
    void onlyWhoHasSeenEveryOriginAsFarHasSeenAsMuch() {
        assertTrue(SEEN.atLeast(Seen.NONE));
        assertTrue(SEEN.atLeast(SEEN));
        assertFalse(Seen.NONE.atLeast(SEEN));
        assertFalse(SEEN.atLeast(SEEN.with("eu", 1, 1)));
        assertFalse(SEEN.with("us", 9, 9).atLeast(SEEN.with("ap", 2, 0)));
        assertTrue(SEEN.with(Seen.NONE.with("eu", 1, 1)).atLeast(Seen.NONE.with("eu", 1, 1)));
    }

    @Test
    void travelsAsMarks() {
        assertEquals(SEEN, Seen.of(SEEN.toMarks()));
    }
}
