package io.rowmesh.applier.write;

import io.rowmesh.applier.receive.StreamException;
import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import org.junit.jupiter.api.Test;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The lane of region us at region ap, where eu's lane runs beside it. */
class CausalGateTest {

    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final TableShape DECIDED = new TableShape(new TableId("public", "decided"), List.of(new Column("id", "integer", true)));
    private static final TableShape PLAIN = new TableShape(new TableId("public", "plain"), List.of(new Column("id", "integer", true)));

    private final AppliedVector applied = new AppliedVector();
    private final Map<String, Progress> database = new ConcurrentHashMap<>();
    private final AtomicInteger questions = new AtomicInteger();
    private final CausalGate gate = new CausalGate(new ApplierOptions("ap", Set.of("eu", "us"), table -> true,
            table -> table.equals(DECIDED.id()) ? TableRules.of(RowRule.PARK) : TableRules.LAST_WRITE_WINS,
            (table, column) -> false, Duration.ofSeconds(1)), applied);

    private Progress ask(String origin) {
        questions.incrementAndGet();
        return database.getOrDefault(origin, Progress.NONE);
    }

    private boolean open(TransactionHeader header, Duration patience) throws SQLException {
        return gate.open(header, this::ask, patience);
    }

    private static TransactionHeader having(Seen seen, boolean exact, boolean causal) {
        return new TransactionHeader("us", 1, 12, 0, 0, 1, 1, seen.toMarks(), false, exact, causal);
    }

    private static TransactionHeader having(Seen seen) {
        return having(seen, true, true);
    }

    private void euApplied(long sequence) {
        database.put("eu", new Progress(1, sequence, 0));
        applied.tell("eu", 1, sequence);
    }

    @Test
    void holdsUntilItIsAppliedAndSaysForWhomItWaits() throws SQLException {
        euApplied(38);
        TransactionHeader header = having(Seen.NONE.with("eu", 1, 40).with("ap", 7, 7));
        assertFalse(open(header, AT_ONCE));
        assertEquals("transaction 12 of us waits for transaction 40 of eu (epoch 1), which it had seen; applied here from eu: 38 (epoch 1)",
                gate.holding());
        assertTrue(gate.heldNanos() > 0);
        euApplied(40);
        assertTrue(open(header, AT_ONCE));
        assertNull(gate.holding());
        assertEquals(0, gate.heldNanos());
    }

    @Test
    void asksTheDatabaseOnlyForWhatIsNotCertain() throws SQLException {
        euApplied(40);
        assertTrue(open(having(Seen.NONE.with("eu", 1, 40)), AT_ONCE));
        assertTrue(open(having(Seen.NONE.with("eu", 1, 40)), AT_ONCE));
        assertTrue(open(having(Seen.NONE.with("eu", 1, 90), true, false), AT_ONCE));
        assertEquals(1, questions.get());
    }

    @Test
    void wakesUpWhenTheOtherLaneHasCommitted() throws Exception {
        TransactionHeader header = having(Seen.NONE.with("eu", 1, 2));
        Thread other = new Thread(() -> {
            sleep(100);
            euApplied(1);
            sleep(100);
            euApplied(2);
        });
        other.start();
        long start = System.nanoTime();
        assertFalse(open(header, Duration.ofSeconds(20)));
        assertTrue(open(header, AT_ONCE));
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(10).toNanos());
        assertEquals(2, questions.get());
        other.join();
    }

    /** The other lane has not noticed yet that the database crashed and lost its last commits. */
    @Test
    void doesNotBelieveWhatACrashHasUndone() throws SQLException {
        euApplied(40);
        assertTrue(open(having(Seen.NONE.with("eu", 1, 40)), AT_ONCE));
        database.put("eu", new Progress(1, 38, 0));
        gate.connected();
        long start = System.nanoTime();
        assertFalse(open(having(Seen.NONE.with("eu", 1, 40)), Duration.ofMillis(200)));
        assertTrue(System.nanoTime() - start > Duration.ofMillis(150).toNanos(), "it must not ask again and again");
        euApplied(40);
        assertTrue(open(having(Seen.NONE.with("eu", 1, 40)), AT_ONCE));
    }

    @Test
    void refusesWhatCanNeverBeApplied() throws SQLException {
        String sentence = assertThrows(StreamException.class, () -> open(having(Seen.NONE.with("sa", 1, 3)), AT_ONCE)).getMessage();
        assertEquals("transaction 12 of region us had seen transaction 3 of region sa (epoch 1), which is no peer here, so it can never be"
                + " applied: add sa to the peers of region ap", sentence);
        database.put("sa", new Progress(1, 3, 0));
        assertTrue(open(having(Seen.NONE.with("sa", 1, 3)), AT_ONCE), "a region that has left, of which all is here");
    }

    @Test
    void refusesWhatIsNotExact() {
        assertThrows(StreamException.class, () -> open(having(Seen.NONE, false, true), AT_ONCE));
        assertDoesNotThrow(() -> open(having(Seen.NONE, false, false), AT_ONCE));
    }

    @Test
    void refusesRowsThatTheOriginDidNotKnowToBeDecidedBySeen() {
        List<RowChange> changes = List.of(new RowChange.Insert(PLAIN, new Row("1")), new RowChange.Insert(DECIDED, new Row("1")));
        String sentence = assertThrows(StreamException.class, () -> gate.requireDeclared(having(Seen.NONE, true, false), changes)).getMessage();
        assertTrue(sentence.startsWith("transaction 12 of region us wrote table public.decided without its rule"), sentence);
        assertDoesNotThrow(() -> gate.requireDeclared(having(Seen.NONE, true, true), changes));
        assertDoesNotThrow(() -> gate.requireDeclared(having(Seen.NONE, false, false), changes.subList(0, 1)));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
