package io.rowmesh.applier.write;

import io.rowmesh.applier.write.TestingLanes.Local;
import io.rowmesh.rules.RowRule;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Region us writes what regions eu and ap shipped of tables under rules over siblings, while its own users write them too. Of the
 * regions eu comes first, then us, then ap.
 */
class SiblingLanesTest {

    private static final TableShape RANKED = shape("ranked");
    private static final TableShape HOMED = shape("homed");

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;

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
        postgres.execute("drop table if exists ranked, homed", "create table ranked (id int primary key, home text, v text)",
                "create table homed (id int primary key, home text, v text)",
                "truncate rowmesh.progress, rowmesh.key_state, rowmesh.parked, rowmesh.heartbeat", "update rowmesh.captured_before set xid = 0");
        us = new TestingLanes(postgres, options());
    }

    @AfterEach
    void disconnect() throws SQLException {
        us.close();
    }

    @Test
    void ofTwoWritesThatDidNotSeeEachOtherTheHigherRegionsStands() throws SQLException {
        applyEu(Map.of(), insert(RANKED, "eu1"));
        applyAp(Map.of(), insert(RANKED, "ap1"));
        assertEquals("eu1", ranked());
        applyAp(Map.of("eu", 1L), update(RANKED, "eu1", "ap2"));
        assertEquals("ap2", ranked());
        applyEu(Map.of(), update(RANKED, "eu1", "eu2"));
        assertEquals("eu2", ranked());
    }

    /** Region by region it would stay: ap's delete loses to eu's row, which us's write had seen, as it had seen the delete. */
    @Test
    void aWriteTakesThePlaceOfAllThatItHasSeen() throws SQLException {
        applyEu(Map.of(), insert(RANKED, "eu1"));
        applyAp(Map.of(), insert(RANKED, "ap1"), delete(RANKED, "ap1"));
        Local local = us.locally("update ranked set v = 'us1'", update(RANKED, "eu1", "us1"));
        us.capture(local, seen(Map.of("eu", 1L, "ap", 1L)));
        assertEquals("us1", ranked());
        applyAp(Map.of("us", 1L), update(RANKED, "us1", "ap3"));
        assertEquals("ap3", ranked());
    }

    @Test
    void aDeleteIsASiblingLikeAnyOther() throws SQLException {
        applyEu(Map.of(), insert(RANKED, "eu1"));
        applyEu(Map.of(), delete(RANKED, "eu1"));
        applyAp(Map.of("eu", 1L), update(RANKED, "eu1", "ap1"));
        assertEquals("", ranked());
        applyAp(Map.of("eu", 2L), insert(RANKED, "ap2"));
        assertEquals("ap2", ranked());
    }

    @Test
    void aTruncateIsADeleteOfEveryKeyAlsoOfThoseToCome() throws SQLException {
        applyEu(Map.of(), new RowChange.Truncate(RANKED));
        applyAp(Map.of(), insert(RANKED, "ap1"));
        assertEquals("", ranked());
        applyAp(Map.of("eu", 1L), insert(RANKED, "ap2"));
        assertEquals("ap2", ranked());
    }

    @Test
    void aLocalWriteStandsAgainstALowerRegionAndGivesWayToAHigherOne() throws SQLException {
        applyEu(Map.of(), insert(RANKED, "eu1"));
        Local local = us.locally("update ranked set v = 'us1'", update(RANKED, "eu1", "us1"));
        applyAp(Map.of("eu", 1L), update(RANKED, "eu1", "ap1"));
        assertEquals("us1", ranked());
        applyEu(Map.of(), update(RANKED, "eu1", "eu2"));
        assertEquals("eu2", ranked());
        us.capture(local, seen(Map.of("eu", 1L)));
        assertEquals("eu2", ranked());
        assertEquals("f", postgres.value("select waiting from rowmesh.key_state"));
    }

    @Test
    void aLaterLocalWriteStaysUntilItIsCaptured() throws SQLException {
        applyEu(Map.of(), insert(RANKED, "eu1"));
        Local first = us.locally("update ranked set v = 'us1'", update(RANKED, "eu1", "us1"));
        applyEu(Map.of(), update(RANKED, "eu1", "eu2"));
        Local second = us.locally("update ranked set v = 'us2'", update(RANKED, "eu2", "us2"));
        us.capture(first, seen(Map.of("eu", 1L)));
        assertEquals("us2", ranked());
        us.capture(second, seen(Map.of("eu", 2L)));
        assertEquals("us2", ranked());
    }

    @Test
    void theRowsOwnHomeComesFirst() throws SQLException {
        applyEu(Map.of(), insert(HOMED, "eu1", "eu"));
        applyAp(Map.of(), insert(HOMED, "ap1", "eu"));
        assertEquals("eu1", homed());
        // ap moves the row to itself, while eu, whose row it was, writes it once more: both are at home, so the newest stands.
        applyEu(Map.of("ap", 1L), update(HOMED, "eu1", "eu2", "eu"));
        applyAp(Map.of("eu", 1L), update(HOMED, "eu1", "ap2", "ap"));
        assertEquals("ap2", homed());
        applyEu(Map.of("ap", 1L), new RowChange.Delete(HOMED, new Row("1", "eu", "eu2")));
        assertEquals("", homed());
    }

    @Test
    void siblingsGoOnceEveryRegionHasSeenThemAll() throws SQLException {
        applyEu(Map.of(), insert(RANKED, "eu1"));
        applyAp(Map.of(), insert(RANKED, "ap1"));
        us.heartbeat("eu", "{\"ap\": [1, 1], \"eu\": [1, 1]}");
        us.round();
        assertEquals("1", postgres.value("select count(*) from rowmesh.key_state"));
        us.heartbeat("ap", "{\"eu\": [1, 1], \"ap\": [1, 1]}");
        us.round();
        assertEquals("0", postgres.value("select count(*) from rowmesh.key_state"));
        applyAp(Map.of("eu", 1L), update(RANKED, "eu1", "ap2"));
        assertEquals("ap2", ranked());
    }

    /** us has seen eu's write, though it could not be shown here; joined late, it must not count as one that nobody had seen. */
    @Test
    void aParkedWriteThatIsAppliedLateHasBeenSeenByWhatWasWrittenOverIt() throws SQLException {
        applyEu(Map.of(), insert(RANKED, "eu1"));
        postgres.execute("alter table ranked add constraint refused check (v <> 'eu2')");
        applyEu(Map.of(), update(RANKED, "eu1", "eu2"));
        assertEquals("1", postgres.value("select count(*) from rowmesh.parked"));
        Local local = us.locally("update ranked set v = 'us1'", update(RANKED, "eu1", "us1"));
        us.capture(local, seen(Map.of("eu", 2L)));
        us.heartbeat("eu", "{\"us\": [1, 1], \"ap\": [1, 1], \"eu\": [1, 2]}");
        us.heartbeat("ap", "{\"us\": [1, 1], \"eu\": [1, 2], \"ap\": [1, 1]}");
        us.round();
        us.round();
        postgres.execute("alter table ranked drop constraint refused", "update rowmesh.parked set retry_requested_at = now()");
        us.reconnect("eu").retryParked(outcome -> { });
        assertEquals("0", postgres.value("select count(*) from rowmesh.parked"));
        assertEquals("us1", ranked());
    }

    @Test
    void severalParkedChangesOfATransactionAreAppliedInTheirOrder() throws SQLException {
        postgres.execute("alter table ranked add constraint refused check (v <> 'eu2')");
        applyEu(Map.of(), insert(RANKED, "eu1"), update(RANKED, "eu1", "eu2"), update(RANKED, "eu2", "eu3"));
        assertEquals("eu1", ranked());
        postgres.execute("alter table ranked drop constraint refused", "update rowmesh.parked set retry_requested_at = now()");
        us.reconnect("eu").retryParked(outcome -> { });
        assertEquals("eu3", ranked());
    }

    @Test
    void aWithheldLocalWriteStaysUntilTheNodeHasStatedItAnew() throws SQLException {
        applyEu(Map.of(), insert(RANKED, "eu1"));
        us.locally("update ranked set v = 'withheld'");
        postgres.execute("insert into rowmesh.pending_touch values ('public', 'ranked', '[\"1\"]', 1, 1, now(), now())");
        applyEu(Map.of(), update(RANKED, "eu1", "eu2"));
        assertEquals("withheld", ranked());
        Local touch = us.locally("update ranked set v = v", update(RANKED, "withheld", "withheld"));
        us.capture(touch, seen(Map.of("eu", 2L)));
        postgres.execute("truncate rowmesh.pending_touch");
        assertEquals("withheld", ranked());
    }

    /** The capture began anew, withheld what it had joined, and gave its number to the touch. */
    @Test
    void whatWasJoinedAndIsWithheldAfterARestartGivesWayToItsTouch() throws SQLException {
        applyEu(Map.of(), insert(RANKED, "eu1"));
        Local local = us.locally("update ranked set v = 'us1'", update(RANKED, "eu1", "us1"));
        us.captureAs(2, local, seen(Map.of("eu", 1L)));
        Local touch = us.locally("update ranked set v = v", update(RANKED, "us1", "us1"));
        us.captureAs(1, touch, seen(Map.of("eu", 1L)));
        applyAp(Map.of("eu", 1L, "us", 1L), update(RANKED, "us1", "ap1"));
        assertEquals("ap1", ranked());
    }

    private void applyEu(Map<String, Long> seen, RowChange... changes) throws SQLException {
        us.apply("eu", justNow(), marks(seen), changes);
    }

    private void applyAp(Map<String, Long> seen, RowChange... changes) throws SQLException {
        us.apply("ap", justNow(), marks(seen), changes);
    }

    private long justNow() {
        return Math.max(start, Micros.now() - 1_000);
    }

    private static Seen seen(Map<String, Long> seen) {
        return Seen.of(marks(seen));
    }

    private static List<SeenMark> marks(Map<String, Long> seen) {
        return seen.entrySet().stream().map(each -> new SeenMark(each.getKey(), 1, each.getValue(), 0)).toList();
    }

    private static TableShape shape(String name) {
        return new TableShape(new TableId("public", name), List.of(new Column("id", "integer", true), new Column("home", "text", false),
                new Column("v", "text", false)));
    }

    private static RowChange insert(TableShape table, String v) {
        return insert(table, v, "eu");
    }

    private static RowChange insert(TableShape table, String v, String home) {
        return new RowChange.Insert(table, new Row("1", home, v));
    }

    private static RowChange update(TableShape table, String from, String to) {
        return update(table, from, to, "eu");
    }

    private static RowChange update(TableShape table, String from, String to, String home) {
        return new RowChange.Update(table, new Row("1", "eu", from), new Row("1", home, to));
    }

    private static RowChange delete(TableShape table, String v) {
        return new RowChange.Delete(table, new Row("1", "eu", v));
    }

    private static String ranked() {
        return rows("ranked");
    }

    private static String homed() {
        return rows("homed");
    }

    private static String rows(String table) {
        return String.join(" ", postgres.query("select v from " + table + " order by id").stream().map(row -> row.get(0)).toList());
    }

    private static ApplierOptions options() {
        TableRules ranked = new TableRules(RowRule.REGION_PRIORITY, Map.of(), List.of(), List.of("eu", "us", "ap"), null, null);
        TableRules homed = new TableRules(RowRule.HOME_REGION, Map.of(), List.of(), List.of(), "home", null);
        return new ApplierOptions("us", Set.of("eu", "ap"), table -> true, table -> table.name().equals("ranked") ? ranked : homed,
                (table, column) -> false, Duration.ofSeconds(5));
    }
}
