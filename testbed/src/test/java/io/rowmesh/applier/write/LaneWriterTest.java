package io.rowmesh.applier.write;

import io.rowmesh.applier.write.TestingLanes.Local;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Region us writes what region eu shipped. */
class LaneWriterTest {

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;

    private static final TableShape T = new TableShape(new TableId("public", "t"),
            List.of(new Column("id", "integer", true), new Column("v", "text", false)));

    private final long start = Micros.now();
    private TestingLanes us;

    @BeforeAll
    static void startPostgres() {
        postgres = TestingPostgres.start(directory).withControlTables();
        postgres.execute("insert into rowmesh.versions_since values (true, clock_timestamp() - interval '1 minute')");
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        postgres.execute("drop table if exists public.t", "create table public.t (id int primary key, v text)",
                "truncate rowmesh.progress, rowmesh.tombstone, rowmesh.parked");
        us = new TestingLanes(postgres, new ApplierOptions("us", Set.of("eu"), table -> true, Duration.ofSeconds(5)));
    }

    @AfterEach
    void disconnect() throws SQLException {
        us.close();
    }

    @Test
    void aTransactionArrivesWithItsRowsItsTimestampItsOriginAndItsProgress() throws SQLException {
        us.apply("eu", start, insert(1, "a"), insert(2, "b"), update(1, "c"), delete(2));
        assertEquals(List.of(List.of("1", "c")), rows());
        assertEquals(Micros.text(start) + " rowmesh_eu", postgres.value("""
                select to_char(x.timestamp at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') || ' ' || o.roname
                from public.t, pg_xact_commit_timestamp_origin(t.xmin) x join pg_replication_origin o on o.roident = x.roident"""));
        assertEquals("1", postgres.value("select max(sequence) from rowmesh.progress where origin = 'eu' and epoch = 1"));
        assertThrows(SQLException.class, () -> us.applyAs(1, "eu", start, List.of(), insert(9, "twice")));
    }

    @Test
    void aNewerLocalRowStaysAndIsNamedAConflict() throws SQLException {
        postgres.execute("insert into public.t values (1, 'local')");
        Outcome lost = us.apply("eu", start - 1_000_000, insert(1, "older"));
        assertEquals(List.of(List.of("1", "local")), rows());
        assertEquals(Map.of(ConflictType.INSERT_EXISTS, 1L), lost.conflicts);
        assertEquals(1, lost.skipped);
        Outcome won = us.apply("eu", Micros.now(), update(1, "newer"));
        assertEquals(List.of(List.of("1", "newer")), rows());
        assertEquals(Map.of(ConflictType.UPDATE_ORIGIN_DIFFERS, 1L), won.conflicts);
    }

    @Test
    void aTombstoneStaysWhileAnOlderChangeOfItsKeyIsParked() throws SQLException {
        postgres.execute("truncate rowmesh.heartbeat", "alter table public.t add constraint good check (v <> 'bad')");
        assertEquals(1, us.apply("eu", start - 3_000_000, insert(1, "bad")).parked);
        us.apply("eu", start - 2_000_000, insert(2, "b"), delete(2));
        for (String key : List.of("[\"1\"]", "*")) {
            postgres.execute("insert into rowmesh.tombstone (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence)"
                    + " values ('public', 't', '" + key + "', now(), 'us', 1, 1)");
        }
        postgres.execute("insert into rowmesh.heartbeat values ('eu', 1, now(), '{\"us\": [1, 1]}')");
        TombstoneCollector collector = new TombstoneCollector(postgres.dataSource(), us.options(), () -> Long.MAX_VALUE, () -> new Seen.Mark(1, 1));
        assertEquals(1, collector.step() + collector.step() + collector.step());
        postgres.execute("alter table public.t drop constraint good", "update rowmesh.parked set retry_requested_at = now()");
        us.lane("eu").retryParked(outcome -> { });
        assertEquals(List.of(), rows());
        assertEquals(2, collector.step() + collector.step() + collector.step());
    }

    @Test
    void whatTheOriginHadSeenIsNoConflict() throws SQLException {
        postgres.execute("insert into public.t values (1, 'local')");
        assertEquals(Map.of(), us.apply("eu", Micros.now(), List.of(new SeenMark("us", 1, 5, Micros.now())), update(1, "after")).conflicts);
    }

    @Test
    void aLateOlderChangeDoesNotBringADeletedRowBack() throws SQLException {
        us.apply("eu", start, insert(1, "a"));
        us.apply("eu", start + 10, delete(1));
        Outcome late = us.apply("eu", start + 5, update(1, "late"));
        assertEquals(List.of(), rows());
        assertEquals(Map.of(ConflictType.UPDATE_DELETED, 1L), late.conflicts);
        us.apply("eu", start + 11, insert(1, "again"));
        assertEquals(List.of(List.of("1", "again")), rows());
    }

    /** The planner knows nothing of a table that was never analysed, as after a crash: it must not compare all with all. */
    @Test
    void manyTombstonesDoNotSlowManyRowsDown() throws SQLException {
        int rows = 10_000;
        postgres.execute("alter table rowmesh.tombstone set (autovacuum_enabled = off)", "insert into rowmesh.tombstone"
                + " (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence) select 'public', 't', '[\"' || i || '\"]',"
                + " now() - interval '1 hour', 'eu', 1, 1 from generate_series(1, 15000) i");
        List<RowChange> inserts = IntStream.rangeClosed(1, rows).mapToObj(i -> insert(i, "v")).toList();
        us.index().add(inserts.stream().map(TableKey::of).toList());
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            us.apply("eu", Micros.now(), inserts.toArray(RowChange[]::new));
            us.localWrites().onRows(new Version(Micros.now(), "us"), 1, 1, 0, inserts);
            us.localWrites().beforeSync();
        });
        assertEquals(String.valueOf(rows), postgres.value("select count(*) from public.t"));
    }

    @Test
    void aDeleteThatFindsNoRowLooksAgainOnceAnInsertUnderWayIsVisible() throws Exception {
        try (Connection local = postgres.connect()) {
            local.setAutoCommit(false);
            local.createStatement().execute("insert into public.t values (1, 'under way')");
            Outcome outcome = us.apply("eu", Micros.now(), delete(1));
            assertEquals(1, outcome.deletesWithoutRow.size());
            local.commit();
        }
        // Committed after the delete, so it is the newer write and lives.
        assertEquals(List.of(List.of("1", "under way")), rows());
    }

    @Test
    void aLocalDeleteIsReassertedAgainstAnOlderInsertThatSlippedIn() throws SQLException {
        us.apply("eu", start, insert(1, "a"));
        Local delete = us.locally("delete from public.t where id = 1", delete(1));
        us.apply("eu", start + 1, insert(1, "slipped in"));
        assertEquals(List.of(List.of("1", "slipped in")), rows());
        us.capture(delete);
        assertEquals(List.of(), rows());
        us.apply("eu", start + 2, insert(1, "too old as well"));
        assertEquals(List.of(), rows());
    }

    /** The clock was set back between the two: the delete's timestamp is above that of what came after it. */
    @Test
    void aRowThatAUserInsertedAfterALocalDeleteStaysWhateverItsTimestamp() throws SQLException {
        us.apply("eu", start, insert(1, "a"), insert(2, "b"));
        Local delete = later(us.locally("delete from public.t", delete(1), delete(2)));
        postgres.execute("insert into public.t values (1, 'anew')");
        us.apply("eu", start + 1, insert(2, "slipped in"));
        us.capture(delete);
        assertEquals(List.of(List.of("1", "anew")), rows());
        us.restartLocalWrites();
        assertEquals(List.of(List.of("1", "anew")), rows());
    }

    @Test
    void aRowThatAUserInsertedAfterALocalTruncateStaysWhateverItsTimestamp() throws SQLException {
        Local truncate = later(us.locally("truncate public.t", new RowChange.Truncate(T)));
        Local insert = us.locally("insert into public.t values (1, 'anew')", insert(1, "anew"));
        us.apply("eu", start, insert(2, "slipped in"));
        us.capture(truncate);
        us.capture(insert);
        us.restartLocalWrites();
        assertEquals(List.of(List.of("1", "anew")), rows());
    }

    /** As a clock tells it that was a second ahead. */
    private static Local later(Local local) {
        return new Local(local.micros() + 1_000_000, local.xid(), local.changes());
    }

    @Test
    void aCapturedLocalInsertBelowANewerTombstoneGoes() throws SQLException {
        us.apply("eu", start + 60, delete(1));
        // The state that rule 4 speaks of: the insert became visible after the delete's second look.
        Local insert = us.locally("insert into public.t values (1, 'older')", insert(1, "older"));
        postgres.execute("update rowmesh.tombstone set deleted_at = clock_timestamp() + interval '1 second'");
        us.capture(insert);
        assertEquals(List.of(), rows());
    }

    @Test
    void aTruncateTakesOlderRowsAndKeepsNewerOnes() throws SQLException {
        us.apply("eu", start, insert(1, "a"), insert(2, "b"));
        postgres.execute("insert into public.t values (3, 'newer')");
        us.apply("eu", start + 10, new RowChange.Truncate(T));
        assertEquals(List.of(List.of("3", "newer")), rows());
        us.apply("eu", start + 5, insert(1, "late"));
        assertEquals(List.of(List.of("3", "newer")), rows());
    }

    @Test
    void aRowThatTheDatabaseRefusesIsParkedAndItsLaterChangesWait() throws SQLException {
        postgres.execute("alter table public.t add constraint v_unique unique (v)");
        us.apply("eu", start, insert(1, "a"));
        Outcome outcome = us.apply("eu", start + 1, insert(2, "b"), insert(3, "a"), insert(4, "d"));
        assertEquals(1, outcome.parked);
        assertEquals(List.of(List.of("1", "a"), List.of("2", "b"), List.of("4", "d")), rows());
        assertEquals(1, us.apply("eu", start + 2, update(3, "free")).parked);
        assertEquals(List.of(List.of("[\"3\"]", "insert", "23505"), List.of("[\"3\"]", "update", "55000")),
                postgres.query("select row_key, kind, sqlstate from rowmesh.parked order by parked_id"));
    }

    @Test
    void aMissingColumnOrTableParksInsteadOfLosing() throws SQLException {
        TableShape wider = new TableShape(T.id(), List.of(T.columns().get(0), T.columns().get(1), new Column("w", "text", false)));
        assertEquals(1, us.apply("eu", start, new RowChange.Insert(wider, new Row("1", "a", "w"))).parked);
        TableShape unknown = new TableShape(new TableId("public", "nowhere"), T.columns());
        assertEquals(1, us.apply("eu", start + 1, new RowChange.Insert(unknown, new Row("1", "a")), insert(5, "fine")).parked);
        assertEquals(List.of(List.of("5", "fine")), rows());
    }

    @Test
    void aTableThatWasChangedHereFirstTakesTheNewShapeAtOnce() throws SQLException {
        us.apply("eu", start, insert(1, "a"));
        postgres.execute("alter table public.t add column w numeric(10,2)");
        TableShape wider = new TableShape(T.id(), List.of(T.columns().get(0), T.columns().get(1), new Column("w", "numeric(10,2)", false)));
        assertEquals(0, us.apply("eu", start + 1, new RowChange.Update(wider, null, new Row("1", "b", "1.50"))).parked);
        postgres.execute("alter table public.t alter column w type numeric(14,4)");
        TableShape finer = new TableShape(T.id(), List.of(T.columns().get(0), T.columns().get(1), new Column("w", "numeric(14,4)", false)));
        assertEquals(0, us.apply("eu", Micros.now(), new RowChange.Update(finer, null, new Row("1", "c", "1.5001"))).parked);
        assertEquals(List.of(List.of("1", "c", "1.5001")), rows());
    }

    @Test
    void aKeyWhoseParkedChangesAreSettledFlowsAgain() throws SQLException {
        postgres.execute("alter table public.t add check (v <> 'bad')");
        assertEquals(1, us.apply("eu", start, insert(1, "bad")).parked);
        assertEquals(1, us.apply("eu", start + 1, update(1, "waits")).parked);
        postgres.execute("delete from rowmesh.parked");
        assertEquals(0, us.apply("eu", start + 2, update(1, "flows")).parked);
        assertEquals(List.of(List.of("1", "flows")), rows());
    }

    /** Behind savepoints a row has the number of its subtransaction; it must still be known as the transaction's own. */
    @Test
    void severalChangesOfOneKeyBesideARefusedRowAllCount() throws SQLException {
        postgres.execute("update rowmesh.versions_since set since = since + interval '1 hour'", "alter table public.t add check (v <> 'bad')");
        try {
            us.reconnect("us2");
            Outcome outcome = us.apply("us2", start, insert(1, "a"), update(1, "b"), insert(2, "bad"), delete(1), insert(1, "c"));
            assertEquals(1, outcome.parked);
            assertEquals(List.of(List.of("1", "c")), rows());
        } finally {
            postgres.execute("update rowmesh.versions_since set since = since - interval '1 hour'");
        }
    }

    @Test
    void aDroppedOrChangedTableWithTombstonesStopsNobody() throws SQLException {
        postgres.execute("create table if not exists public.gone (id int primary key, v text)");
        TableShape gone = new TableShape(new TableId("public", "gone"), T.columns());
        us.apply("eu", start, new RowChange.Delete(gone, new Row("1", Row.ABSENT)), delete(7));
        postgres.execute("drop table public.gone", "alter table public.t drop constraint t_pkey");
        us.restartLocalWrites();
        us.localWrites().onRows(new Version(Micros.now(), "us"), 1, 1, 0, List.of(
                new RowChange.Delete(gone, new Row("2", Row.ABSENT)), delete(8)));
        us.localWrites().beforeSync();
        assertEquals("4", postgres.value("select count(*) from rowmesh.tombstone"));
    }

    /** An insert that came after another region's delete, with a timestamp below it: the clock was set back in between. Its touch restates it. */
    @Test
    void aStartLeavesRowsBelowTombstonesThatWaitForTheirTouch() throws SQLException {
        postgres.execute("truncate rowmesh.pending_touch", "insert into public.t values (1, 'waits'), (2, 'below'), (3, 'below all')");
        for (String key : List.of("[\"1\"]", "[\"2\"]", "*")) {
            postgres.execute("insert into rowmesh.tombstone (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence)"
                    + " values ('public', 't', '" + key + "', clock_timestamp() + interval '1 second', 'eu', 1, 1)");
        }
        postgres.execute("insert into rowmesh.pending_touch values ('public', 't', '[\"1\"]', 1, 1, now(), now())");
        try (Connection connection = postgres.connect()) {
            new JdbcTarget(connection, "us", us.options()).deleteBelowTombstones(T.id());
        }
        assertEquals(List.of(List.of("1", "waits")), rows());
        postgres.execute("truncate rowmesh.pending_touch");
    }

    /** Nothing is applied to such a table, so its deletes need no tombstone, and the node's role may have no right to write it. */
    @Test
    void localDeletesOfASendOnlyTableAreLeftAlone() throws SQLException {
        ApplierOptions sendOnly = new ApplierOptions("us", Set.of("eu"), table -> false, Duration.ofSeconds(5));
        us.localWrites().close();
        try (LocalWrites writes = us.localWrites(sendOnly)) {
            writes.start();
            writes.onRows(new Version(Micros.now(), "us"), 1, 1, 0, List.of(delete(1), new RowChange.Truncate(T)));
            writes.beforeSync();
        }
        assertEquals("0", postgres.value("select count(*) from rowmesh.tombstone"));
        assertEquals(1, us.apply("eu", start, insert(1, "a")).applied);
    }

    @Test
    void longKeysHaveTombstonesToo() throws SQLException {
        postgres.execute("create table if not exists public.long (k bytea primary key)");
        TableShape table = new TableShape(new TableId("public", "long"), List.of(new Column("k", "bytea", true)));
        StringBuilder key = new StringBuilder("\\x");
        java.util.Random random = new java.util.Random(1);
        random.ints(2_600, 0, 256).forEach(b -> key.append(String.format("%02x", b)));
        us.apply("eu", start, new RowChange.Insert(table, new Row(key.toString())), new RowChange.Delete(table, new Row(key.toString())));
        assertEquals("0", postgres.value("select count(*) from public.long"));
        assertEquals("1", postgres.value("select count(*) from rowmesh.tombstone"));
    }

    @Test
    void namesThatHurtAreQuoted() throws SQLException {
        String[] ddl = {"create schema if not exists \"Or der.s\"",
                "create table if not exists \"Or der.s\".\"select\" (\"a\"\"b\" int, \"c'd;--\" varchar(3), \"E\" numeric(6,2),"
                        + " primary key (\"c'd;--\", \"a\"\"b\"))"};
        postgres.execute(ddl);
        TableShape hostile = new TableShape(new TableId("Or der.s", "select"), List.of(new Column("a\"b", "integer", true),
                new Column("c'd;--", "character varying(3)", true), new Column("E", "numeric(6,2)", false)));
        us.apply("eu", start, new RowChange.Insert(hostile, new Row("1", "x{}", "1.10")));
        us.apply("eu", start + 1, new RowChange.Update(hostile, null, new Row("1", "x{}", null)));
        assertEquals(1, us.apply("eu", start + 2, new RowChange.Insert(hostile, new Row("1", "long", null))).parked);
        assertEquals(List.of(java.util.Arrays.asList("1", "x{}", null)), postgres.query("select * from \"Or der.s\".\"select\""));
        us.apply("eu", start + 3, new RowChange.Delete(hostile, new Row("1", "x{}", Row.ABSENT)));
        assertEquals("0", postgres.value("select count(*) from \"Or der.s\".\"select\""));
    }

    @Test
    void aRowWithoutVersionIsOlderThanWhatCameSince() throws SQLException {
        postgres.execute("insert into rowmesh.version_sample values (1000000000, 3, clock_timestamp() - interval '1 day')");
        // What a frozen row of before track_commit_timestamp looks like: FrozenTransactionId has no timestamp.
        assertEquals("t", postgres.value("select rowmesh.may_overwrite('2'::xid, null, clock_timestamp(), '{}', clock_timestamp() - interval '1 day')"));
        assertThrows(IllegalStateException.class, () -> postgres.value(
                "select rowmesh.may_overwrite('2'::xid, null, clock_timestamp() - interval '2 day', '{}', clock_timestamp())"));
        assertEquals("f", postgres.value(
                "select rowmesh.is_older('2'::xid, null, clock_timestamp() - interval '2 day', '{}', clock_timestamp())"));
        postgres.execute("truncate rowmesh.version_sample");
    }

    @Test
    void applyingWaitsUntilTheClockIsPastTheChangeAndStopsBeyondTheLimit() throws SQLException {
        long ahead = Micros.now() + 400_000;
        us.apply("eu", ahead, insert(1, "from ahead"));
        assertTrue(Micros.now() > ahead);
        postgres.execute("update public.t set v = 'after' where id = 1");
        assertThrows(ClockSkewException.class, () -> us.apply("eu", Micros.now() + 60_000_000, insert(2, "far ahead")));
    }

    @Test
    void aWaitingGuardJudgesTheRowThatWonMeanwhile() throws Exception {
        us.apply("eu", start, insert(1, "a"));
        us.whileLocally("update public.t set v = 'local' where id = 1", () -> us.apply("eu", Micros.now(), update(1, "remote")));
        assertEquals(List.of(List.of("1", "local")), rows());
    }

    private static RowChange insert(int id, String v) {
        return new RowChange.Insert(T, new Row(Integer.toString(id), v));
    }

    private static RowChange update(int id, String v) {
        return new RowChange.Update(T, null, new Row(Integer.toString(id), v));
    }

    private static RowChange delete(int id) {
        return new RowChange.Delete(T, new Row(Integer.toString(id), Row.ABSENT));
    }

    private static List<List<String>> rows() {
        return postgres.query("select * from public.t order by id");
    }
}
