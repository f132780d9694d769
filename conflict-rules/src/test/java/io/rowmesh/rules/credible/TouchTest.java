package io.rowmesh.rules.credible;

import io.rowmesh.schema.Version;
import org.junit.jupiter.api.Test;

import static io.rowmesh.rules.credible.TouchingRegion.FOREVER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The four ways in which a touch as first written leaves regions different, each beside the rule that avoids it. */
class TouchTest {

    private final TouchingRegion a = new TouchingRegion("a");
    private final TouchingRegion b = new TouchingRegion("b");

    private void deliver() {
        a.shipped().forEach(b::apply);
        a.shipped().clear();
    }

    /** A: insert at 11, the clock goes back, delete at 10. The row has not the withheld version any more: there is none. */
    @Test
    void aDeletedKeyIsTouchedToo() {
        a.write(11, "x");
        a.capture(FOREVER, false);
        a.write(10, null);
        a.capture(FOREVER, false);
        deliver();
        assertTrue(a.isPending());
        assertNotEquals(a.value(), b.value(), "what is left when only a row that still has that version is touched");
        a.touch(12, a.looks(), a.withheldAt());
        a.capture(FOREVER, false);
        deliver();
        assertFalse(a.isPending());
        assertNull(b.value());
        assertNull(a.value());
    }

    /** The log shows a commit before other sessions do: a touch that begins then finds no row and ships a delete. */
    @Test
    void aTouchWaitsUntilTheWithheldTransactionIsVisible() {
        a.writeInvisibly(100, "x");
        a.capture(50, false);
        assertFalse(TouchStart.may(false, 40, a.newest(), 50));
        a.touch(40, a.looks(), a.withheldAt());
        a.capture(50, false);
        a.becomesVisible(100, "x");
        deliver();
        assertNotEquals(a.value(), b.value(), "what is left of a touch before visibility");
        assertTrue(TouchStart.may(true, 40, Long.MIN_VALUE, 50));
    }

    /** B's 11 was dropped at A against 15, which was never shipped; a touch at 10 would lose to 11 everywhere else. */
    @Test
    void aTouchIsAboveWhatWasDroppedAgainstTheIncredibleVersion() {
        TouchingRegion.Change dropped = new TouchingRegion.Change(new Version(11, "b"), "y");
        a.write(15, "x");
        a.capture(12, false);
        b.apply(dropped);
        a.apply(dropped);
        assertEquals("x", a.value());
        assertFalse(TouchStart.may(true, 10, a.newest(), 12));
        a.touch(10, a.looks(), a.withheldAt());
        a.capture(12, false);
        deliver();
        assertTrue(a.isPending(), "begun too early it is itself not credible, and is done again");
        assertEquals("y", b.value());
        assertTrue(TouchStart.may(true, 12, a.newest(), 17));
        a.touch(12, a.looks(), a.withheldAt());
        a.capture(17, false);
        deliver();
        assertEquals("x", a.value());
        assertEquals("x", b.value());
    }

    /** A local insert stands in the log between the withheld delete and the touch, which did not see it. */
    @Test
    void aTouchThatFoundNoRowIsVoidWhenALocalWriteStandsBeforeIt() {
        for (boolean broken : new boolean[] {true, false}) {
            TouchingRegion here = new TouchingRegion("a");
            TouchingRegion there = new TouchingRegion("b");
            here.write(11, "x");
            here.capture(FOREVER, false);
            here.write(10, null);
            here.capture(FOREVER, false);
            String seen = here.looks();
            long after = here.withheldAt();
            here.write(12, "z");
            here.touch(13, seen, after);
            here.capture(FOREVER, broken);
            if (broken) {
                here.shipped().forEach(there::apply);
                // Re-assertion of the delete takes the row here as well; an insert of the same moment would have stayed.
                assertNull(there.value(), "the insert is gone in the other region");
            } else {
                assertFalse(here.isPending(), "the insert says what stands");
                here.shipped().forEach(there::apply);
                assertEquals("z", here.value());
                assertEquals("z", there.value());
            }
        }
    }

    /** What was dropped against the withheld version began before the later write, or is judged against that. */
    @Test
    void aLaterCredibleWriteOfThePendingKeySpeaksForIt() {
        TouchingRegion.Change dropped = new TouchingRegion.Change(new Version(39, "b"), "w");
        a.write(100, "x");
        a.capture(50, false);
        b.apply(dropped);
        a.apply(dropped);
        a.write(40, "y");
        a.capture(50, false);
        assertFalse(a.isPending());
        deliver();
        assertEquals("y", a.value());
        assertEquals("y", b.value());
    }

    /** A touch may have left its tombstone, or states that were joined, before the node died. */
    @Test
    void whatWasWithheldStaysWithheldWhenItIsJudgedAgain() {
        LogVersions versions = new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE);
        PendingKeys pending = new PendingKeys();
        pending.withheld(TouchingRegion.KEY, 20, false);
        assertEquals(LocalTransaction.Verdict.SHIP, judged(versions, pending, 10), "it came before");
        assertTrue(pending.holds(TouchingRegion.KEY), "and says nothing of what came later");
        assertEquals(LocalTransaction.Verdict.WITHHOLD, judged(versions, pending, 20));
        assertEquals(LocalTransaction.Verdict.SHIP, judged(versions, pending, 30));
        assertFalse(pending.holds(TouchingRegion.KEY));
    }

    private static LocalTransaction.Verdict judged(LogVersions versions, PendingKeys pending, long position) {
        LocalTransaction transaction = new LocalTransaction(versions, pending, position);
        transaction.wrote(TouchingRegion.KEY);
        return transaction.judge(position, FOREVER);
    }

    /** It is not above what was dropped against the withheld one: then it is not credible itself. */
    @Test
    void aLaterWriteBelowWhatWasDroppedIsWithheldToo() {
        TouchingRegion.Change dropped = new TouchingRegion.Change(new Version(39, "b"), "w");
        a.write(100, "x");
        a.capture(50, false);
        a.apply(dropped);
        a.write(38, "y");
        a.capture(50, false);
        assertTrue(a.isPending());
        assertTrue(a.shipped().isEmpty());
    }

    /** Here a tombstone of the withheld delete stood when the other region's change came, after the later write: it was dropped. */
    @Test
    void aLaterWriteDoesNotSpeakForAKeyWhoseTombstoneWasTakenBack() {
        TouchingRegion.Change dropped = new TouchingRegion.Change(new Version(41, "b"), "w");
        a.write(100, null);
        a.recordsTombstone(100);
        a.write(40, "y");
        b.apply(dropped);
        a.apply(dropped);
        assertEquals("y", a.value());
        a.capture(50, false);
        assertTrue(a.isPending());
        assertTrue(a.shipped().isEmpty());
        a.touch(42, a.looks(), a.withheldAt());
        a.capture(50, false);
        deliver();
        assertEquals("y", a.value());
        assertEquals("y", b.value());
    }
}
