package io.rowmesh.rules;

import io.rowmesh.rules.CausalDelivery.Lacking;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TransactionHeader;
import org.junit.jupiter.api.Test;

import java.util.Optional;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** At region ap, transactions of us. */
class CausalDeliveryTest {

    private static Optional<Lacking> lacking(boolean causal, Seen seen, Seen applied) {
        TransactionHeader header = new TransactionHeader("us", 1, 9, 0, 0, 1, 1, seen.toMarks(), false, true, causal);
        return CausalDelivery.lacking(header, "ap", applied);
    }

    @Test
    void waitsForWhatItsOriginHadSeen() {
        Seen seen = Seen.NONE.with("eu", 2, 5);
        assertEquals(Optional.of(new Lacking("eu", new Seen.Mark(2, 5))), lacking(true, seen, Seen.NONE));
        assertEquals(Optional.of(new Lacking("eu", new Seen.Mark(2, 5))), lacking(true, seen, Seen.NONE.with("eu", 2, 4)));
        assertEquals(Optional.of(new Lacking("eu", new Seen.Mark(2, 5))), lacking(true, seen, Seen.NONE.with("eu", 1, 900)));
        assertEquals(Optional.empty(), lacking(true, seen, Seen.NONE.with("eu", 2, 5)));
        assertEquals(Optional.empty(), lacking(true, seen, Seen.NONE.with("eu", 3, 1)));
    }

    @Test
    void whatItHadSeenOfThisRegionIsHere() {
        assertEquals(Optional.empty(), lacking(true, Seen.NONE.with("ap", 1, 100), Seen.NONE));
    }

    @Test
    void otherTransactionsWaitForNothing() {
        assertEquals(Optional.empty(), lacking(false, Seen.NONE.with("eu", 2, 5), Seen.NONE));
    }
}
