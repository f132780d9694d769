package io.rowmesh.applier.touch;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rowmesh.applier.write.Micros;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Withholding and touching on a real database; the node's clocks are the test's. */
class TouchingTest {

    private static final TableShape T = new TableShape(new TableId("public", "t"),
            List.of(new Column("id", "integer", true), new Column("v", "text", false)));
    private static final String SECRET = "secret";
    private static final long HOUR = 3_600_000_000L;

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;
    private static DataSource pool;

    /** By how much the node's clock is wrong, microseconds. */
    private final AtomicLong wrong = new AtomicLong();
    private final TouchesUnderWay underWay = new TouchesUnderWay();
    private LogVersions versions = new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE);
    private Withholding withholding;
    private Toucher toucher;
    private long position = 1_000;

    @BeforeAll
    static void startPostgres() {
        postgres = TestingPostgres.start(directory).withControlTables();
        pool = postgres.dataSource();
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void begin() throws SQLException {
        postgres.execute("drop table if exists public.t", "create table public.t (id int primary key, v text)", "truncate rowmesh.pending_touch",
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots",
                "select pg_create_logical_replication_slot('s', 'test_decoding')");
        node();
    }

    /** As after a restart of the node. */
    private void node() throws SQLException {
        Clocks clocks = new Clocks(5_000_000, () -> Micros.now() + wrong.get(), System::nanoTime);
        withholding = new Withholding(new PostgresTouches(pool, "eu"), versions, clocks, underWay, SECRET, table -> false, table -> false, new SimpleMeterRegistry());
        withholding.restart();
        toucher = new Toucher(new PostgresTouches(pool, "eu"), versions, clocks, underWay, SECRET);
    }

    @Test
    void aTransactionFromTheFutureIsWithheldAndItsRowsAreTouchedOnceTheClockIsRight() throws SQLException {
        wrong.addAndGet(-HOUR);
        node();
        postgres.execute("insert into public.t values (1, 'a'), (2, 'b')");
        assertFalse(captured(xid(), insert(1), delete(7)));
        assertEquals(2, withholding.standing());
        assertEquals(List.of(List.of("[\"1\"]"), List.of("[\"7\"]")), postgres.query("select row_key from rowmesh.pending_touch order by 1"));
        messages();
        toucher.round();
        assertEquals(List.of(), messages(), "the clock is not right yet");
        assertTrue(toucher.waiting().contains("further ahead than is credible"), toucher.waiting());
        wrong.addAndGet(HOUR);
        node();
        toucher.round();
        List<String> written = messages();
        assertEquals(4, written.size(), written.toString());
        assertTrue(written.get(2).startsWith("table public.t: UPDATE: id[integer]:1 v[text]:'a'"), written.get(2));
        toucher.round();
        assertEquals(List.of(), messages(), "of each key one touch at a time");

        withholding.begin(Micros.now(), xid());
        assertEquals(Optional.empty(), withholding.message(TouchMessage.PREFIX, content(written.get(0))));
        assertEquals(Optional.empty(), withholding.message(TouchMessage.PREFIX, content(written.get(1))));
        Optional<RowChange> gone = withholding.message(TouchMessage.PREFIX, content(written.get(3)));
        assertEquals(new Row("7"), ((RowChange.Delete) gone.orElseThrow()).before());
        withholding.wrote(List.of(insert(1), delete(7)));
        assertTrue(withholding.ships(position += 10));
        withholding.synced();
        assertEquals(0, withholding.standing());
        assertEquals("0", postgres.value("select count(*) from rowmesh.pending_touch"));
    }

    @Test
    void afterAStepBackATouchWaitsUntilTheClockIsPastWhatWasShipped() throws SQLException {
        versions = new LogVersions(Long.MIN_VALUE, Micros.now() + 60_000_000);
        node();
        postgres.execute("insert into public.t values (1, 'a')");
        assertFalse(captured(xid(), insert(1)));
        messages();
        toucher.round();
        assertEquals(List.of(), messages());
        assertTrue(toucher.waiting().contains("behind what was already applied or shipped"), toucher.waiting());
    }

    @Test
    void aTouchThatFoundNoRowIsVoidWhenALocalWriteCameBetween() throws SQLException {
        wrong.addAndGet(-HOUR);
        node();
        assertFalse(captured(xid(), delete(1)));
        wrong.addAndGet(HOUR);
        node();
        toucher.round();
        List<String> written = messages();
        postgres.execute("insert into public.t values (1, 'between')");
        assertTrue(captured(xid(), insert(1)), "it says what stands");
        withholding.begin(Micros.now(), xid());
        withholding.message(TouchMessage.PREFIX, content(written.get(0)));
        assertEquals(Optional.empty(), withholding.message(TouchMessage.PREFIX, content(written.get(1))));
        assertTrue(withholding.ships(position += 10));
        withholding.synced();
        assertEquals(0, withholding.standing());
        assertEquals("0", postgres.value("select count(*) from rowmesh.pending_touch"));
    }

    /** The log shows a commit before others see it; here another transaction stands for the one that is not visible. */
    @Test
    void aTouchWaitsUntilTheWithheldTransactionIsVisible() throws SQLException {
        try (Connection local = postgres.connect()) {
            local.setAutoCommit(false);
            local.createStatement().execute("insert into public.t values (1, 'under way')");
            versions = new LogVersions(Micros.now(), Long.MIN_VALUE);
            node();
            try (var row = local.createStatement().executeQuery("select pg_current_xact_id()::text::bigint")) {
                row.next();
                assertFalse(captured(row.getLong(1), 0, insert(1)));
            }
            toucher.round();
            assertEquals(List.of(), messages());
            assertTrue(toucher.waiting().contains("not visible"), toucher.waiting());
            local.commit();
        }
        messages();
        toucher.round();
        assertTrue(messages().get(1).contains("v[text]:'under way'"));
    }

    @Test
    void pendingKeysOutliveTheNode() throws SQLException {
        versions = new LogVersions(Micros.now(), Long.MIN_VALUE);
        node();
        assertFalse(captured(xid(), 0, insert(1)));
        versions = new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE);
        node();
        assertEquals(1, withholding.standing());
        assertTrue(withholding.saysAll(insert(1)));
        assertFalse(withholding.saysAll(insert(2)));
        assertTrue(captured(xid(), insert(2)));
        assertEquals(1, withholding.standing());
        assertTrue(captured(xid(), insert(1)));
        assertEquals("1", postgres.value("select count(*) from rowmesh.pending_touch"), "not before it is durable");
        withholding.synced();
        assertEquals("0", postgres.value("select count(*) from rowmesh.pending_touch"));
    }

    /** Withholding must not spread from key to key: each transaction is judged by its own timestamp. */
    @Test
    void otherKeysOfATransactionThatWritesAPendingKeyDoNotWait() throws SQLException {
        versions = new LogVersions(Micros.now(), Long.MIN_VALUE);
        node();
        assertFalse(captured(xid(), 0, insert(1), insert(2)));
        assertTrue(captured(xid(), insert(2), insert(3)));
        assertEquals(1, withholding.standing());
    }

    @Test
    void aWithheldTruncateIsTouchedWithEveryRowThatStands() throws SQLException {
        versions = new LogVersions(Micros.now(), Long.MIN_VALUE);
        node();
        assertFalse(captured(xid(), 0, new RowChange.Truncate(T)));
        postgres.execute("insert into public.t values (1, 'a'), (2, 'b')");
        assertTrue(captured(xid(), insert(1), insert(2)));
        assertEquals(1, withholding.standing());
        messages();
        toucher.round();
        List<String> written = messages();
        assertTrue(written.get(1).contains("gone"), written.toString());
        assertEquals(2, written.stream().limit(4).filter(line -> line.startsWith("table public.t: UPDATE")).count(), written.toString());
        withholding.begin(Micros.now(), xid());
        withholding.message(TouchMessage.PREFIX, content(written.get(0)));
        assertEquals(RowChange.Kind.TRUNCATE, withholding.message(TouchMessage.PREFIX, content(written.get(1))).orElseThrow().kind());
        withholding.wrote(List.of(new RowChange.Truncate(T), insert(1), insert(2)));
        assertTrue(withholding.ships(position += 10));
    }

    @Test
    void aLockedRowHoldsNoOtherUp() throws SQLException {
        postgres.execute("insert into public.t values (1, 'a'), (2, 'b')");
        versions = new LogVersions(Micros.now(), Long.MIN_VALUE);
        node();
        assertFalse(captured(xid(), 0, insert(1), insert(2)));
        messages();
        try (Connection local = postgres.connect()) {
            local.setAutoCommit(false);
            local.createStatement().execute("select * from public.t where id = 1 for update");
            toucher.round();
            assertTrue(messages().stream().anyMatch(line -> line.contains("v[text]:'b'")));
            local.rollback();
        }
        toucher.round();
        assertTrue(messages().stream().anyMatch(line -> line.contains("v[text]:'a'")));
    }

    /** A node that died before the sync had judged the delete otherwise. Seed 2222 of LONG_COMMITS_AND_STEPS. */
    @Test
    void aWithheldTransactionLeavesNoTombstone() throws SQLException {
        long micros = Micros.now() + HOUR;
        postgres.execute("truncate rowmesh.tombstone", "insert into rowmesh.tombstone (table_schema, table_name, row_key, deleted_at, origin, epoch,"
                + " sequence) select 'public', 't', k, timestamptz 'epoch' + m * interval '1 microsecond', o, 1, 1 from (values ('[\"1\"]', " + micros
                + ", 'eu'), ('[\"2\"]', " + (micros - 1) + ", 'eu'), ('[\"3\"]', " + micros + ", 'us'), ('[\"4\"]', " + micros + ", 'eu')) v(k, m, o)");
        assertFalse(captured(xid(), micros, delete(1), delete(2), delete(3)));
        assertEquals(List.of(List.of("[\"2\"]"), List.of("[\"3\"]"), List.of("[\"4\"]")),
                postgres.query("select row_key from rowmesh.tombstone order by 1"));
        node();
        assertTrue(captured(xid(), insert(2), insert(3)));
        assertFalse(captured(xid(), insert(1)), "what came after it may have been dropped against the tombstone");
        postgres.execute("truncate rowmesh.tombstone");
    }

    @Test
    void anothersMessageIsNoTouch() throws SQLException {
        TouchMessage message = new TouchMessage(new WrittenKey(T.id(), "[\"1 2\"]"), true, 77);
        assertEquals(Optional.of(message), TouchMessage.parse(message.content(SECRET), SECRET));
        assertEquals(Optional.empty(), TouchMessage.parse(message.content("guess"), SECRET));
    }

    /** Whether it is shipped. */
    private boolean captured(long xid, RowChange... changes) throws SQLException {
        return captured(xid, Micros.now(), changes);
    }

    private boolean captured(long xid, long micros, RowChange... changes) throws SQLException {
        withholding.begin(micros, xid);
        withholding.wrote(List.of(changes));
        boolean ships = withholding.ships(position += 10);
        if (!ships) {
            withholding.withhold(List.of(changes));
            withholding.withheld();
        }
        return ships;
    }

    /** What was written since, but for BEGIN and COMMIT. */
    private static List<String> messages() {
        return postgres.query("select data from pg_logical_slot_get_changes('s', null, null) where data !~ '^(BEGIN|COMMIT)' and data !~ 'rowmesh.pending_touch'")
                .stream().map(row -> row.get(0)).toList();
    }

    private static String content(String message) {
        return message.substring(message.indexOf("content:") + "content:".length());
    }

    private static long xid() {
        return Long.parseLong(postgres.value("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1"));
    }

    private static RowChange insert(int id) {
        return new RowChange.Insert(T, new Row(Integer.toString(id), "v"));
    }

    private static RowChange delete(int id) {
        return new RowChange.Delete(T, new Row(Integer.toString(id), Row.ABSENT));
    }
}
