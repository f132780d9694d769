package io.rowmesh.agent.capture;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rowmesh.agent.capture.TransactionAssembly.Outcome;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class TransactionAssemblyTest {

    private static final TableShape TABLE = new TableShape(new TableId("public", "t"),
            List.of(new Column("id", "integer", true), new Column("v", "text", false)));
    private static final TableShape HEARTBEAT = new TableShape(CaptureOptions.HEARTBEAT, List.of(new Column("region", "text", true)));
    private static final List<SeenMark> SEEN = List.of(new SeenMark("us", 1, 7, 70));

    private final List<TransactionSoFar> hooked = new ArrayList<>();
    private ChangeLog log;
    private TransactionAssembly assembly;

    @BeforeEach
    void open(@TempDir Path directory) {
        log = ChangeLog.open(directory, "eu");
        log.beginEpoch(3, 100);
        LocalWrites hooks = new LocalWrites(() -> { }, (transaction, rows) -> hooked.add(transaction), () -> { }, position -> { });
        assembly = new TransactionAssembly("eu", log, hooks, new AppliedTransactions(null, position -> SEEN), table -> false, table -> false, new AbsentValues(null)::complete,
                new CaptureMetrics(new SimpleMeterRegistry()));
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static RowChange row(int id) {
        return new RowChange.Insert(TABLE, new Row(Integer.toString(id), "v"));
    }

    private void rows(int first, int last) {
        for (int id = first; id <= last; id++) {
            assembly.row(row(id), 5000, 42);
        }
    }

    private List<RowChange> logged(long sequence) {
        log.sync();
        List<RowChange> rows = new ArrayList<>();
        for (int chunk = 0; chunk < log.header(sequence).orElseThrow().chunks(); chunk++) {
            rows.addAll(WireCodec.decodeChunk(log.chunk(sequence, chunk)));
        }
        return rows;
    }

    @Test
    void wholeTransaction() {
        assembly.begin("42");
        rows(1, 2);
        assertEquals(Outcome.APPENDED, assembly.end("42", 200, 2));
        assertEquals(List.of(row(1), row(2)), logged(1));
        assertEquals(new TransactionHeader("eu", 3, 1, 5000, 200, 2, 1, SEEN, false), log.header(1).orElseThrow());
        assertEquals(List.of(1L), hooked.stream().map(TransactionSoFar::sequence).toList());
    }

    @Test
    void aSecondBeginDiscardsWhatCameSoFar() {
        assembly.begin("42");
        rows(1, 4500);
        assembly.begin("42");
        rows(1, 4500);
        assertEquals(Outcome.APPENDED, assembly.end("42", 200, 4500));
        assertEquals(4500, logged(1).size());
        assertEquals(3, log.header(1).orElseThrow().chunks());
    }

    @Test
    void duplicatesAreDroppedAtTheirEnd() {
        assembly.begin("41");
        rows(1, 4500);
        assertEquals(Outcome.DUPLICATE, assembly.end("41", 100, 4500));
        assembly.begin("42");
        rows(1, 1);
        assertEquals(Outcome.APPENDED, assembly.end("42", 200, 1));
        assembly.begin("42");
        rows(1, 1);
        assertEquals(Outcome.DUPLICATE, assembly.end("42", 200, 1));
        log.sync();
        assertEquals(1, log.lastSequence());
        assertEquals(List.of(row(1)), logged(1));
    }

    @Test
    void emptyTransactionsTakeNoSequence() {
        assembly.begin("42");
        assembly.other();
        assertEquals(Outcome.EMPTY, assembly.end("42", 200, 1));
        assertEquals(1, log.nextSequence());
    }

    @Test
    void heartbeatOnlyWhenNothingElseIsWritten() {
        RowChange beat = new RowChange.Insert(HEARTBEAT, new Row("eu"));
        assembly.begin("42");
        assembly.row(beat, 5000, 42);
        assembly.end("42", 200, 1);
        assembly.begin("43");
        assembly.row(beat, 6000, 43);
        rows(1, 1);
        assembly.end("43", 300, 2);
        log.sync();
        assertEquals(true, log.header(1).orElseThrow().heartbeat());
        assertEquals(false, log.header(2).orElseThrow().heartbeat());
    }

    @Test
    void onlyWhatCountsOfATransactionThatIsNotCredibleIsShipped() {
        TableShape stock = new TableShape(new TableId("public", "stock"), TABLE.columns());
        TableShape chosen = new TableShape(new TableId("public", "chosen"), TABLE.columns());
        List<RowChange> withheld = new ArrayList<>();
        LocalJudge judge = new TestingJudge(false, change -> false, withheld);
        LocalWrites hooks = new LocalWrites(() -> { }, judge, (transaction, rows) -> hooked.add(transaction), () -> { }, position -> { });
        assembly = new TransactionAssembly("eu", log, hooks, new AppliedTransactions(List.of(), position -> SEEN),
                table -> table.equals(stock.id()) || table.equals(chosen.id()), table -> table.equals(stock.id()), new AbsentValues(null)::complete, new CaptureMetrics(new SimpleMeterRegistry()));
        RowChange counted = new RowChange.Insert(stock, new Row("7", "v"));
        assembly.begin("42");
        rows(1, 4500);
        assembly.row(counted, 5000, 42);
        assembly.row(new RowChange.Insert(chosen, new Row("7", "v")), 5000, 42);
        assertEquals(Outcome.APPENDED, assembly.end("42", 200, 4502));
        assertEquals(List.of(counted), logged(1));
        assertEquals(4502, withheld.size());
        TransactionHeader header = log.header(1).orElseThrow();
        assertEquals(List.of(0L, 1L, true), List.of(header.commitMicros(), header.rows(), header.causal()));
        assembly.begin("43");
        rows(1, 2);
        assembly.row(new RowChange.Insert(chosen, new Row("8", "v")), 6000, 43);
        assertEquals(Outcome.WITHHELD, assembly.end("43", 300, 3));
    }

    /** So that column-merge takes all of its columns: other regions do not have the row that it was made from. */
    @Test
    void anUpdateOfARowOfWhichEarlierWritesWereNotShippedSaysAllOfIt() {
        TableShape counted = new TableShape(new TableId("public", "counted"), TABLE.columns());
        LocalJudge judge = new TestingJudge(true, change -> RowChange.keyImage(change).get(0).equals("7"), new ArrayList<>());
        LocalWrites hooks = new LocalWrites(() -> { }, judge, (transaction, rows) -> { }, () -> { }, position -> { });
        assembly = new TransactionAssembly("eu", log, hooks, new AppliedTransactions(List.of(), position -> SEEN),
                table -> table.equals(counted.id()), table -> false, new AbsentValues(null)::complete, new CaptureMetrics(new SimpleMeterRegistry()));
        assembly.begin("42");
        assembly.row(update(TABLE, "7"), 5000, 42);
        assembly.row(update(TABLE, "8"), 5000, 42);
        assembly.row(update(counted, "7"), 5000, 42);
        assembly.end("42", 200, 3);
        assertEquals(List.of(update(TABLE, "7").whole(), update(TABLE, "8"), update(counted, "7")), logged(1));
    }

    private static RowChange.Update update(TableShape table, String id) {
        return new RowChange.Update(table, new Row(id, "v"), new Row(id, "w"));
    }

    @Test
    void lostChangesAreNoticed() {
        assembly.begin("42");
        rows(1, 3);
        assertThrows(CaptureException.class, () -> assembly.end("42", 200, 4));
        assertThrows(CaptureException.class, () -> assembly.end("43", 200, 3));
    }

    @Test
    void nothingComesOutsideOfATransaction() {
        assertThrows(CaptureException.class, () -> rows(1, 1));
        assertThrows(CaptureException.class, () -> assembly.end("42", 200, 1));
    }

    /** Says the same of every transaction. */
    private record TestingJudge(boolean ships, Predicate<RowChange> pending, List<RowChange> withheldRows) implements LocalJudge {

        @Override
        public void begin(TransactionSoFar transaction) {
        }

        @Override
        public Optional<RowChange> message(String prefix, String content) {
            return Optional.empty();
        }

        @Override
        public boolean saysAll(RowChange change) {
            return pending.test(change);
        }

        @Override
        public void wrote(List<RowChange> changes) {
        }

        @Override
        public boolean ships(long endPosition) {
            return ships;
        }

        @Override
        public void withhold(List<RowChange> changes) {
            withheldRows.addAll(changes);
        }

        @Override
        public void withheld() {
        }
    }
}
