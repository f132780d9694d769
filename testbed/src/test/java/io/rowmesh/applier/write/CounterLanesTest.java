package io.rowmesh.applier.write;

import io.rowmesh.applier.write.TestingLanes.Local;
import io.rowmesh.node.prepare.CounterTriggers;
import io.rowmesh.node.prepare.RuleColumn;
import io.rowmesh.rules.ColumnRule;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Region us writes what regions eu and ap shipped of a table with counters, while its own users write it too. */
class CounterLanesTest {

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;

    private static final TableShape T = new TableShape(new TableId("public", "stock"), List.of(new Column("id", "integer", true),
            new Column("n", "integer", false), new Column("hi", "integer", false), new Column("lo", "integer", false),
            new Column("tags", "text[]", false), new Column("v", "text", false)));
    private static final TableRules RULES = TableRules.counting(Map.of("n", ColumnRule.SUM, "hi", ColumnRule.MAX, "lo", ColumnRule.MIN,
            "tags", ColumnRule.UNION));
    private static final List<RuleColumn> COLUMNS = List.of(new RuleColumn("id", "integer", true, true, false),
            new RuleColumn("n", "integer", false, true, false), new RuleColumn("hi", "integer", false, false, false),
            new RuleColumn("lo", "integer", false, false, false), new RuleColumn("tags", "text[]", false, false, false),
            new RuleColumn("v", "text", false, false, false));

    private final long start = Micros.now();
    private TestingLanes us;

    @BeforeAll
    static void startPostgres() {
        postgres = TestingPostgres.start(directory).withControlTables();
        postgres.execute("insert into rowmesh.versions_since values (true, clock_timestamp() - interval '1 minute')",
                "insert into rowmesh.epoch values (1, 'us', 's', 'i', '0/0', now())");
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        postgres.execute("drop table if exists public.stock",
                "create table public.stock (id int primary key, n int not null, hi int, lo int, tags text[], v text)",
                "truncate rowmesh.progress, rowmesh.key_deletes, rowmesh.pending_delete, rowmesh.row_version, rowmesh.parked, rowmesh.heartbeat");
        postgres.execute(new CounterTriggers(T.id(), COLUMNS, RULES).sql("postgres").toArray(String[]::new));
        us = TestingLanes.under(RULES, postgres);
    }

    @AfterEach
    void disconnect() throws SQLException {
        us.close();
    }

    @Test
    void deltasOfAllRegionsAddUpAndTheNewestWriteDecidesTheOtherColumns() throws SQLException {
        us.apply("eu", start, insert(1, 10, "{a}", "eu"));
        postgres.execute("update public.stock set n = n + 5, hi = 50, tags = '{z,b,b}', v = 'local' where id = 1");
        Outcome late = us.apply("ap", start + 1, update(row(1, 10, 10, 10, "{a}", "eu"), row(1, 13, 13, 7, "{a,c}", "ap")));
        assertEquals("1|18|50|7|{a,b,c,z}|local", rows());
        assertEquals(Map.of(ConflictType.UPDATE_ORIGIN_DIFFERS, 1L), late.conflicts);
        us.apply("eu", Micros.now(), update(row(1, 10, 10, 10, "{a}", "eu"), row(1, 8, 10, 10, "{a}", "newest")));
        assertEquals("1|16|50|7|{a,b,c,z}|newest", rows());
    }

    @Test
    void concurrentInsertsOfOneKeyAddUpToo() throws SQLException {
        postgres.execute("insert into public.stock values (1, 4, 4, 4, '{b,a}', 'local')");
        us.apply("eu", start, insert(1, 3, "{c}", "eu"));
        assertEquals("1|7|4|3|{a,b,c}|local", rows());
    }

    @Test
    void theTrueVersionOfARowIsKeptWhenALateChangeIsMergedIntoIt() throws SQLException {
        us.apply("eu", start + 300, insert(1, 3, "{}", "v300"));
        us.apply("ap", start + 100, insert(1, 1, "{}", "v100"));
        us.apply("ap", start + 200, update(row(1, 1, 1, 1, "{}", "v100"), row(1, 2, 2, 1, "{}", "v200")));
        assertEquals("1|5|3|1|{}|v300", rows());
        us.apply("ap", start + 400, update(row(1, 2, 2, 1, "{}", "v200"), row(1, 3, 3, 1, "{}", "v400")));
        assertEquals("1|6|3|1|{}|v400", rows());
    }

    @Test
    void aRewriteLeavesTheTrueVersionsOfRows() throws SQLException {
        us.apply("eu", start + 300, insert(1, 3, "{}", "v300"));
        us.apply("ap", start + 100, insert(1, 1, "{}", "v100"));
        postgres.execute("insert into public.stock values (2, 1, 1, 1, '{}', 'here')");
        long between = Micros.now();
        postgres.execute("alter table public.stock add column more uuid default gen_random_uuid()");
        us.apply("ap", start + 200, update(row(1, 1, 1, 1, "{}", "v100"), row(1, 2, 2, 1, "{}", "v200")));
        assertEquals("1|5|3|1|{}|v300", rowOf(1));
        us.apply("ap", between, update(row(1, 2, 2, 1, "{}", "v200"), row(1, 3, 3, 1, "{}", "between")),
                update(row(2, 1, 1, 1, "{}", "here"), row(2, 2, 2, 1, "{}", "between")));
        assertEquals("1|6|3|1|{}|between", rowOf(1));
        assertEquals("2|2|2|1|{}|between", rowOf(2));
    }

    @Test
    void whatHadNotSeenADeleteDoesNotCountWhateverItsVersion() throws SQLException {
        us.apply("eu", start, insert(1, 3, "{}", "eu"));
        us.apply("eu", start + 1, delete(row(1, 3, 3, 3, "{}", "eu")));
        Outcome unseen = us.apply("ap", Micros.now(), insert(1, 7, "{}", "ap"));
        assertEquals("", rows());
        assertEquals(Map.of(ConflictType.UPDATE_DELETED, 1L), unseen.conflicts);
        us.apply("ap", Micros.now(), List.of(new SeenMark("eu", 1, 2, 0)), insert(1, 2, "{}", "after it"));
        assertEquals("1|2|2|2|{}|after it", rows());
    }

    @Test
    void aDeleteRemovesARowThatIsNewerAndNewInsertsOfItsOwnTransactionCount() throws SQLException {
        us.apply("eu", start, insert(1, 3, "{}", "eu"));
        postgres.execute("update public.stock set n = 100, v = 'newer' where id = 1");
        us.apply("eu", start + 1, delete(row(1, 3, 3, 3, "{}", "eu")), insert(1, 9, "{}", "again"), update(row(1, 9, 9, 9, "{}", "again"),
                row(1, 11, 11, 9, "{}", "again")));
        assertEquals("1|11|11|9|{}|again", rows());
    }

    @Test
    void theVersionKeptForARowGoesWithItAlsoWithinOneTransaction() throws SQLException {
        postgres.execute("insert into public.stock values (1, 4, 4, 4, '{}', 'local')");
        us.apply("eu", start, insert(1, 3, "{}", "older"), delete(row(1, 3, 3, 3, "{}", "older")), insert(1, 9, "{}", "again"));
        us.apply("eu", start + 1, update(row(1, 9, 9, 9, "{}", "again"), row(1, 8, 9, 8, "{}", "newer than that")));
        assertEquals("1|8|9|8|{}|newer than that", rows());
    }

    @Test
    void aLocalDeleteIsKnownAtOnceAndGetsItsSequenceAtTheCapture() throws SQLException {
        us.apply("eu", start, insert(1, 3, "{}", "eu"));
        Local delete = us.locally("delete from public.stock", delete(row(1, 3, 3, 3, "{}", "eu")));
        us.apply("ap", Micros.now(), insert(1, 7, "{}", "ap"));
        assertEquals("", rows());
        us.captureAs(42, delete, null);
        assertEquals("[1] us 1 42", postgres.value("select row_key || ' ' || origin || ' ' || epoch || ' ' || sequence from rowmesh.key_deletes")
                .replace("\"", ""));
        assertEquals("0", postgres.value("select count(*) from rowmesh.pending_delete"));
        us.apply("ap", Micros.now(), insert(1, 7, "{}", "ap"));
        assertEquals("", rows());
        us.apply("ap", Micros.now(), List.of(new SeenMark("us", 1, 42, 0)), insert(1, 1, "{}", "seen"));
        assertEquals("1|1|1|1|{}|seen", rows());
    }

    @Test
    void aLocalDeleteThatNoCaptureMeetsBlocksItsKeyNoLongerThanUntilTheCaptureIsPastIt() throws SQLException {
        us.apply("eu", start, insert(1, 3, "{}", "eu"));
        us.locally("delete from public.stock");
        String running = postgres.value("select pg_snapshot_xmax(pg_current_snapshot())::text");
        postgres.execute("insert into rowmesh.pending_delete values ('public', 'stock', '[\"2\"]', " + running + " + 1000)");
        us.apply("ap", Micros.now(), insert(1, 7, "{}", "ap"));
        assertEquals("", rows());
        us.localWrites().round(0, 0);
        assertEquals("2", postgres.value("select count(*) from rowmesh.pending_delete"));
        us.localWrites().round(Long.MAX_VALUE, 0);
        assertEquals("[\"2\"]", postgres.value("select string_agg(row_key, ' ') from rowmesh.pending_delete"));
        us.apply("ap", Micros.now(), insert(1, 7, "{}", "ap"));
        assertEquals("1|7|7|7|{}|ap", rows());
    }

    /** A local write after a delete says that it has seen it, so the delete must have been done by then. */
    @Test
    void aDeleteDoesNotWaitBehindAParkedChange() throws SQLException {
        postgres.execute("alter table public.stock add constraint small check (n < 100)");
        us.apply("eu", start, insert(1, 3, "{}", "eu"));
        assertEquals(1, us.apply("eu", start + 1, update(row(1, 3, 3, 3, "{}", "eu"), row(1, 500, 3, 3, "{}", "eu"))).parked);
        assertEquals(0, us.apply("eu", start + 2, delete(row(1, 500, 3, 3, "{}", "eu"))).parked);
        assertEquals("", rows());
        postgres.execute("insert into public.stock values (2, 60, 60, 60, '{}', 'local')");
        assertEquals(1, us.apply("eu", start + 3, insert(2, 50, "{}", "eu"), delete(row(2, 50, 50, 50, "{}", "eu"))).parked);
        assertEquals("", rows());
        assertEquals("dropped dropped", postgres.value("select string_agg(decision, ' ') from rowmesh.conflict where note like 'a delete of the row%'"));
        assertEquals("0", postgres.value("select count(*) from rowmesh.parked"));
        postgres.execute("insert into public.stock values (1, 7, 7, 7, '{}', 'local')");
        assertEquals(1, us.apply("eu", start + 4, update(row(1, 7, 7, 7, "{}", "local"), row(1, 500, 7, 7, "{}", "eu"))).parked);
        assertEquals(0, us.apply("eu", start + 5, new RowChange.Truncate(T)).parked);
        assertEquals("0", postgres.value("select count(*) from rowmesh.parked"));
    }

    @Test
    void aLocalKeyChangeAndATruncateAreDeletesToo() throws SQLException {
        us.apply("eu", start, insert(1, 3, "{}", "eu"), insert(2, 4, "{}", "eu"));
        us.locally("update public.stock set id = 5 where id = 1");
        us.apply("ap", Micros.now(), insert(1, 7, "{}", "ap"));
        assertEquals("2|4|4|4|{}|eu\n5|3|3|3|{}|eu", rows());
        Local truncate = us.locally("truncate public.stock", new RowChange.Truncate(T));
        us.apply("ap", Micros.now(), insert(2, 7, "{}", "ap"), insert(9, 7, "{}", "ap"));
        assertEquals("", rows());
        us.captureAs(43, truncate, null);
        us.apply("ap", Micros.now(), insert(9, 7, "{}", "ap"));
        assertEquals("", rows());
        us.apply("ap", Micros.now(), List.of(new SeenMark("us", 1, 43, 0)), insert(9, 1, "{}", "seen"));
        assertEquals("9|1|1|1|{}|seen", rows());
    }

    @Test
    void aTruncateOfAnotherRegionIsADeleteOfAllKeys() throws SQLException {
        us.apply("eu", start, insert(1, 3, "{}", "eu"), insert(2, 4, "{}", "eu"));
        postgres.execute("update public.stock set n = 50 where id = 1");
        us.apply("eu", start + 1, new RowChange.Truncate(T), insert(3, 1, "{}", "after"));
        assertEquals("3|1|1|1|{}|after", rows());
        us.apply("ap", Micros.now(), insert(1, 7, "{}", "ap"));
        assertEquals("3|1|1|1|{}|after", rows());
    }

    /** Row 1: of a local write; row 2: of one of ap, into which an older one of eu was merged; row 3: of eu itself. */
    @Test
    void theHistoryTellsOfTheRowsThatATruncateHadNotSeen() throws SQLException {
        // Now that the origins of both are there, a lane can name them.
        us.reconnect("eu");
        us.apply("ap", start, insert(2, 4, "{}", "ap"));
        us.apply("eu", start - 1, insert(2, 3, "{}", "eu"), insert(3, 3, "{}", "eu"));
        postgres.execute("insert into public.stock values (1, 50, 1, 1, '{}', 'us')", "truncate rowmesh.conflict");
        Outcome outcome = us.apply("eu", start + 1, new RowChange.Truncate(T));
        assertEquals(Map.of(ConflictType.DELETE_ORIGIN_DIFFERS, 2L), outcome.conflicts);
        assertEquals(List.of(List.of("[\"1\"]", "deleted", "us", "50", "eu"), List.of("[\"2\"]", "deleted", "ap", "7", "eu")),
                postgres.query("select row_key, decision, stored_origin, stored_row ->> 'n', incoming_origin from rowmesh.conflict order by row_key"));
        assertEquals("t", postgres.value("select stored_at = '" + Micros.text(start) + "'::timestamptz from rowmesh.conflict where row_key = '[\"2\"]'"));
        postgres.execute("truncate rowmesh.conflict");
        us.apply("ap", Micros.now(), List.of(new SeenMark("eu", 1, 2, start + 1)), insert(4, 1, "{}", "ap"));
        assertEquals("4|1|1|1|{}|ap", rows());
        long seen = Micros.now();
        us.apply("eu", seen, List.of(new SeenMark("ap", 1, 2, seen)), new RowChange.Truncate(T));
        assertEquals(List.of(), postgres.query("select row_key from rowmesh.conflict"));
        assertEquals("", rows());
    }

    @Test
    void aChangeThatWaitedForALocalDeleteSeesIt() throws Exception {
        us.apply("eu", start, insert(1, 3, "{}", "eu"));
        us.whileLocally("delete from public.stock", () ->
                us.apply("ap", Micros.now(), update(row(1, 3, 3, 3, "{}", "eu"), row(1, 9, 9, 3, "{}", "ap"))));
        assertEquals("", rows());
    }

    @Test
    void aChangeThatWaitedForALocalDeleteAndInsertSeesTheDelete() throws Exception {
        us.apply("eu", start, insert(1, 3, "{}", "eu"));
        us.whileLocally("delete from public.stock; insert into public.stock values (1, 1, 1, 1, '{}', 'again')", () ->
                us.apply("ap", Micros.now(), update(row(1, 3, 3, 3, "{}", "eu"), row(1, 9, 9, 3, "{}", "ap"))));
        assertEquals("1|1|1|1|{}|again", rows());
    }

    @Test
    void anInsertThatWaitedForALocalInsertIsAddedToIt() throws Exception {
        us.whileLocally("insert into public.stock values (1, 1, 1, 1, '{}', 'local')", () -> us.apply("ap", Micros.now(), insert(1, 5, "{}", "ap")));
        assertEquals("1|6|5|1|{}|local", rows());
    }

    @Test
    void aDeleteThatFindsNoRowWaitsForALocalInsertUnderWay() throws Exception {
        us.apply("eu", start, insert(1, 3, "{}", "eu"));
        Local delete = us.locally("delete from public.stock", delete(row(1, 3, 3, 3, "{}", "eu")));
        us.captureAs(50, delete, null);
        us.whileLocally("insert into public.stock values (1, 1, 1, 1, '{}', 'before it')", () ->
                us.apply("eu", Micros.now(), delete(row(1, 3, 3, 3, "{}", "eu"))));
        // The insert stands in the log before the delete, which it had not seen, so it does not count.
        assertEquals("", rows());
    }

    @Test
    void anUpdateThatFindsNoRowWaitsForALocalInsertUnderWay() throws Exception {
        // Shipped and seen elsewhere before it is visible here: it stands in the log while a standby has not confirmed it.
        us.whileLocally("insert into public.stock values (1, 2, 2, 2, '{c}', 'local')", () ->
                us.apply("ap", Micros.now(), update(row(1, 2, 2, 2, "{c}", "local"), row(1, 3, 4, 2, "{b,c}", "ap"))));
        assertEquals("1|3|4|2|{b,c}|local", rows());
    }

    @Test
    void anUpdateThatFindsNoRowAndNoDeleteIsDroppedAndLeavesNothing() throws SQLException {
        Outcome outcome = us.apply("ap", start, update(row(1, 2, 2, 2, "{c}", "x"), row(1, 3, 4, 2, "{b,c}", "ap")));
        assertEquals("", rows());
        assertEquals(Map.of(ConflictType.UPDATE_MISSING, 1L), outcome.conflicts);
    }

    @Test
    void aLocalUpdateThatWaitedForALaneAddsToItsResult() throws Exception {
        us.apply("eu", start, insert(1, 3, "{}", "eu"));
        us.whileLocally("update public.stock set n = n + 1", () ->
                us.apply("ap", Micros.now(), update(row(1, 3, 3, 3, "{}", "eu"), row(1, 9, 9, 3, "{}", "ap"))));
        assertEquals("10", postgres.value("select n from public.stock"));
    }

    @Test
    void localWritesNeverLowerAMaxRaiseAMinOrTakeFromAUnion() {
        postgres.execute("insert into public.stock values (1, 5, 5, 5, '{b,a,b,null}', 'x')",
                "update public.stock set n = 1, hi = 1, lo = 9, tags = '{c}'");
        assertEquals("1|1|5|5|{a,b,c}|x", rows());
        postgres.execute("update public.stock set hi = null, lo = null, tags = null");
        assertEquals("1|1|5|5|{a,b,c}|x", rows());
    }

    @Test
    void whatCannotBeMergedIsParkedAndTheRestIsWritten() throws SQLException {
        us.apply("eu", start, insert(1, 3, "{}", "eu"), insert(2, 2147483000, "{}", "eu"));
        postgres.execute("update public.stock set n = n + 500 where id = 2");
        Outcome outcome = us.apply("eu", start + 1, update(row(1, 3, 3, 3, "{}", "eu"), row(1, 4, 4, 3, "{}", "eu")),
                update(row(2, 2147483000, 3, 3, "{}", "eu"), row(2, 2147483600, 4, 3, "{}", "eu")));
        assertEquals(1, outcome.parked);
        assertEquals("4", postgres.value("select n from public.stock where id = 1"));
        assertEquals("22003", postgres.value("select sqlstate from rowmesh.parked"));
    }

    @Test
    void deletesAndTrueVersionsAreKeptUntilEverybodyIsKnownToHaveSeenThem() throws SQLException {
        us.apply("eu", start, insert(1, 3, "{}", "eu"), insert(2, 3, "{}", "eu"));
        us.apply("eu", start + 1, delete(row(1, 3, 3, 3, "{}", "eu")));
        postgres.execute("update public.stock set v = 'local' where id = 2");
        us.apply("ap", start + 2, update(row(2, 3, 3, 3, "{}", "eu"), row(2, 4, 4, 3, "{}", "ap")));
        DataSource pool = postgres.dataSource();
        TombstoneCollector collector = new TombstoneCollector(pool, us.options(), () -> Long.MAX_VALUE, () -> new Seen.Mark(1, 7));
        assertEquals(0, round(collector));
        us.heartbeat("eu", "{\"us\": [1, 7]}");
        us.heartbeat("ap", "{\"us\": [1, 7], \"eu\": [1, 1]}");
        assertEquals(1, round(collector));
        assertEquals("0|1", String.join("|", postgres.query(
                "select (select count(*) from rowmesh.row_version), (select count(*) from rowmesh.key_deletes)").get(0)));
        us.heartbeat("ap", "{\"us\": [1, 7], \"eu\": [1, 2]}");
        assertEquals(1, round(collector));
    }

    private static int round(TombstoneCollector collector) throws SQLException {
        return collector.step() + collector.step() + collector.step();
    }

    private static RowChange insert(int id, int n, String tags, String v) {
        return new RowChange.Insert(T, row(id, n, n, n, tags, v));
    }

    private static RowChange update(Row before, Row after) {
        return new RowChange.Update(T, before, after);
    }

    private static RowChange delete(Row before) {
        return new RowChange.Delete(T, before);
    }

    private static Row row(int id, int n, int hi, int lo, String tags, String v) {
        return new Row("" + id, "" + n, "" + hi, "" + lo, tags, v);
    }

    private static String rowOf(int id) {
        return postgres.lines("select id, n, hi, lo, tags, v from public.stock where id = " + id);
    }

    private static String rows() {
        return postgres.lines("select * from public.stock order by id");
    }
}
