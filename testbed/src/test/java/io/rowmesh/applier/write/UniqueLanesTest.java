package io.rowmesh.applier.write;

import io.rowmesh.applier.write.TestingLanes.Local;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
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

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Region us writes what eu and ap shipped of a table with two unique keys beside its primary key, while its own users write it too. */
class UniqueLanesTest {

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;

    private static final TableShape T = new TableShape(new TableId("public", "account"), List.of(new Column("id", "integer", true),
            new Column("mail", "text", false), new Column("phone", "numeric(8,2)", false), new Column("name", "text", false)));

    private final long start = Micros.now() - 1_000_000;
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
        postgres.execute("drop table if exists public.account",
                "create table public.account (id int primary key, mail text collate \"C\" unique, phone numeric(8,2), name text, unique (phone) include (name))",
                "truncate rowmesh.progress, rowmesh.tombstone, rowmesh.parked, rowmesh.shadow, rowmesh.row_version, rowmesh.conflict");
        us = TestingLanes.under(TableRules.newestWins(), postgres);
    }

    @AfterEach
    void disconnect() throws SQLException {
        us.close();
    }

    @Test
    void ofThreeRowsThatCollideTheSameStayInEveryOrder() throws SQLException {
        for (int[] order : new int[][] {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
            postgres.execute("truncate public.account, rowmesh.shadow, rowmesh.row_version, rowmesh.progress");
            for (int which : order) {
                switch (which) {
                    case 0 -> us.apply("eu", start + 1, insert("1", "a@x", null, "x"));
                    case 1 -> us.apply("ap", start + 2, insert("2", "a@x", "7.00", "y"));
                    default -> us.apply("eu", start + 3, insert("3", null, "7", "z"));
                }
            }
            assertEquals("1|a@x|null|x\n3|null|7.00|z", rows());
            assertEquals("[\"2\"]", hidden());
        }
    }

    @Test
    void aRowThatIsShownAgainHasItsTrueVersion() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        assertEquals("2|a@x|null|two", rows());
        us.apply("ap", start + 30, update("2", "b@x", null, "moved"));
        assertEquals("1|a@x|null|one\n2|b@x|null|moved", rows());
        assertEquals("", hidden());
        us.apply("ap", start + 15, update("1", "c@x", null, "newer than one"));
        assertEquals("1|c@x|null|newer than one\n2|b@x|null|moved", rows());
        us.apply("eu", start + 12, update("1", "d@x", null, "late"));
        assertEquals("1|c@x|null|newer than one\n2|b@x|null|moved", rows());
    }

    /** The capture takes what is applied without progress for damage, unless it begins with a delete or says so. */
    @Test
    void aSecondLookThatShowsARowSaysThatItIsARepair() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        postgres.execute("delete from public.account where id = 2", "create publication said for table public.account");
        postgres.value("select pg_create_logical_replication_slot('said', 'pgoutput')::text");
        us.apply("ap", start + 30, delete("9"));
        assertEquals("1|a@x|null|one", rows());
        // Its commit flushes the lane's too, which does not wait for the disk.
        postgres.execute("insert into public.account values (7)");
        assertEquals("1", postgres.value("select count(*) from pg_logical_slot_get_binary_changes('said', null, null, 'proto_version', '1',"
                + " 'publication_names', 'said', 'messages', 'true') where position('rowmesh.repair'::bytea in data) > 0"));
        postgres.value("select pg_drop_replication_slot('said')::text");
        postgres.execute("drop publication said");
    }

    @Test
    void aRewriteLeavesTheTrueVersionsOfRows() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        us.apply("ap", start + 30, update("2", "b@x", null, "moved"));
        us.apply("eu", start + 31, insert("3", "c@x", null, "three"));
        postgres.execute("alter table public.account set unlogged", "alter table public.account set logged");
        us.apply("ap", start + 15, update("1", "d@x", null, "newer than one"), update("2", "e@x", null, "late"));
        assertEquals("1|d@x|null|newer than one\n2|b@x|null|moved\n3|c@x|null|three", rows());
        us.apply("ap", start + 32, insert("4", "c@x", null, "newer than three"));
        assertEquals("1|d@x|null|newer than one\n2|b@x|null|moved\n4|c@x|null|newer than three", rows());
    }

    @Test
    void afterAChangeOfTypeWhatCollidesIsParked() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        postgres.execute("alter table public.account alter column phone type numeric(8,2) using phone + 0");
        us.apply("eu", start + 15, insert("3", "a@x", null, "three"));
        assertEquals("2|a@x|null|two", rows());
        assertEquals("RM001", postgres.value("select sqlstate from rowmesh.parked"));
    }

    @Test
    void valuesThatAreSwappedWithinOneTransactionCollideWithNothing() throws SQLException {
        us.apply("eu", start, insert("1", "a@x", "1", "one"), insert("2", "b@x", "2", "two"));
        us.apply("eu", start + 1, update("1", "-", "1", "one"), update("2", "a@x", "2", "two"), update("1", "b@x", "1", "one"));
        assertEquals("1|b@x|1.00|one\n2|a@x|2.00|two", rows());
        us.apply("ap", start + 2, delete("1"), delete("2"), insert("1", "a@x", "2", "1"), insert("2", "b@x", "1", "2"));
        assertEquals("1|a@x|2.00|1\n2|b@x|1.00|2", rows());
        assertEquals("", hidden());
    }

    @Test
    void aDeleteReachesAHiddenRow() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        us.apply("eu", start + 25, delete("1"));
        assertEquals("", hidden());
        us.apply("ap", start + 30, delete("2"));
        assertEquals("", rows());
        us.apply("ap", start + 21, update("1", "a@x", null, "late"));
        assertEquals("", rows());
    }

    @Test
    void whatALocalDeleteHadHiddenIsShownOnceItIsCaptured() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        Local insert = us.locally("delete from public.account; insert into public.account values (2, 'b@x', null, 'two')",
                delete("1"), insert("2", "b@x", null, "two"));
        us.capture(insert);
        us.apply("eu", start + 20, insert("3", "b@x", null, "three"));
        assertEquals("2|b@x|null|two", rows());
        assertEquals("[\"3\"]", hidden());
        Local delete = us.locally("delete from public.account", delete("2"));
        assertEquals("[\"3\"]", hidden());
        us.capture(delete);
        assertEquals("3|b@x|null|three", rows());
        assertEquals("", hidden());
        assertEquals("1", postgres.value("select count(*) from rowmesh.row_version"));
        us.apply("ap", start + 21, update("3", "c@x", null, "newer than three"));
        assertEquals("3|c@x|null|newer than three", rows());
        assertEquals("0", postgres.value("select count(*) from rowmesh.row_version"));
    }

    @Test
    void aLocalUpdateThatGivesAValueAwayShowsWhoWaitedForIt() throws SQLException {
        Local insert = us.locally("insert into public.account values (2, 'b@x', 5, 'two')", insert("2", "b@x", "5", "two"));
        us.capture(insert);
        us.apply("eu", start, insert("3", "b@x", null, "three"));
        us.apply("ap", start + 1, insert("4", null, "5.0", "four"));
        assertEquals("[\"3\"] [\"4\"]", hidden());
        Local update = us.locally("update public.account set mail = 'c@x', phone = 6", update("2", "c@x", "6", "two"));
        us.capture(update);
        assertEquals("2|c@x|6.00|two\n3|b@x|null|three\n4|null|5.00|four", rows());
    }

    @Test
    void aLocalInsertOfAHiddenKeyReplacesTheHiddenRow() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        Local insert = us.locally("insert into public.account values (1, 'new@x', null, 'again')", insert("1", "new@x", null, "again"));
        us.capture(insert);
        assertEquals("", hidden());
        assertEquals("1|new@x|null|again\n2|a@x|null|two", rows());
        assertEquals(List.of("insert_exists [\"1\"] deleted eu -"), history());
    }

    @Test
    void aCapturedDeleteTakesAnOlderRowThatCameMeanwhileHiddenOrNot() throws SQLException {
        us.apply("eu", start, insert("1", "a@x", null, "one"), insert("2", "b@x", null, "two"));
        Local delete = us.locally("delete from public.account where id = 1", delete("1"));
        us.apply("ap", start + 20, update("1", "b@x", null, "older than two's later write"));
        us.apply("ap", start + 30, update("2", "b@x", null, "two"));
        assertEquals("[\"1\"]", hidden());
        postgres.execute("truncate rowmesh.conflict");
        us.capture(delete);
        assertEquals("", hidden());
        assertEquals("2|b@x|null|two", rows());
        assertEquals(List.of("delete_origin_differs [\"1\"] deleted ap us"), history());
    }

    /** The clock was set back between the two: the delete's timestamp is above that of what came after it. */
    @Test
    void aRowThatAUserInsertedAfterALocalDeleteStaysWhateverItsTimestamp() throws SQLException {
        us.apply("eu", start, insert("1", "a@x", null, "one"), insert("2", "b@x", null, "two"));
        Local delete = us.locally("delete from public.account", delete("1"), delete("2"));
        postgres.execute("insert into public.account values (1, 'c@x', null, 'anew')");
        us.apply("ap", start + 1, insert("2", "b@x", null, "slipped in"));
        us.capture(new Local(delete.micros() + 1_000_000, delete.xid(), delete.changes()));
        us.restartLocalWrites();
        assertEquals("1|c@x|null|anew", rows());
    }

    /** The hidden row has the later timestamp, and left the table before the user could insert. */
    @Test
    void aLocalInsertOverAHiddenRowOfItsOwnRegionReplacesItWhateverItsTimestamp() throws SQLException {
        Local first = us.locally("insert into public.account values (1, 'a@x', null, 'one')", insert("1", "a@x", null, "one"));
        us.capture(first);
        us.apply("ap", Micros.now(), insert("2", "a@x", null, "two"));
        assertEquals("[\"1\"]", hidden());
        postgres.execute("update rowmesh.shadow set written_at = written_at + interval '1 minute'");
        Local again = us.locally("insert into public.account values (1, 'c@x', null, 'again')", insert("1", "c@x", null, "again"));
        us.capture(again);
        assertEquals("", hidden());
        assertEquals("1|c@x|null|again\n2|a@x|null|two", rows());
    }

    /** It will be shown, touched, and be the newest of all. */
    @Test
    void aStartLeavesAHiddenRowThatWaitsForItsTouch() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        postgres.execute("insert into rowmesh.tombstone (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence)"
                + " values ('public', 'account', '[\"1\"]', clock_timestamp(), 'us', 1, 1)",
                "insert into rowmesh.pending_touch values ('public', 'account', '[\"1\"]', 1, 1, now(), now())");
        us.restartLocalWrites();
        assertEquals("1|a@x|null|one", rows());
        assertEquals("[\"2\"]", hidden());
        postgres.execute("truncate rowmesh.pending_touch");
        us.restartLocalWrites();
        assertEquals("2|a@x|null|two", rows());
        assertEquals("", hidden());
    }

    @Test
    void theHistoryTellsWhichRowsStandOverACapturedDelete() throws SQLException {
        us.apply("eu", start, insert("1", "a@x", null, "one"), insert("2", "b@x", null, "two"));
        Local delete = us.locally("delete from public.account where id = 1", delete("1"));
        us.apply("ap", Micros.now(), insert("1", "a@x", null, "newer"));
        postgres.execute("truncate rowmesh.conflict");
        us.capture(delete);
        assertEquals(List.of("delete_origin_differs [\"1\"] kept_local ap us"), history());
        Local truncate = us.locally("truncate public.account", new RowChange.Truncate(T));
        us.apply("ap", Micros.now(), insert("3", "c@x", null, "newer"));
        postgres.execute("truncate rowmesh.conflict");
        us.capture(truncate);
        assertEquals(List.of("delete_origin_differs [\"3\"] kept_local ap us"), history());
        assertEquals("3|c@x|null|newer", rows());
    }

    @Test
    void aLaneWaitsForALocalInsertUnderWayAndDecidesByItsVersion() throws Exception {
        us.whileLocally("insert into public.account values (5, 'a@x', null, 'local')", () ->
                us.apply("eu", Micros.now(), insert("1", "a@x", null, "one")));
        assertEquals("5|a@x|null|local", rows());
        assertEquals("[\"1\"]", hidden());
    }

    @Test
    void aTruncateTakesHiddenRowsToo() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        us.apply("eu", start + 15, new RowChange.Truncate(T));
        assertEquals("2|a@x|null|two", rows());
        assertEquals("", hidden());
        assertEquals(List.of("delete_origin_differs [\"2\"] kept_local ap eu"), history());
        us.apply("eu", start + 40, insert("3", "a@x", null, "three"));
        Local truncate = us.locally("truncate public.account", new RowChange.Truncate(T));
        us.capture(truncate);
        assertEquals("", rows() + hidden());
    }

    @Test
    void aRowThatMayNotStandHereStaysHiddenAndTheRestIsApplied() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "odd"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        postgres.execute("alter table public.account add constraint no_odd check (name <> 'odd')");
        us.apply("ap", start + 30, delete("2"), insert("4", "d@x", null, "four"));
        assertEquals("4|d@x|null|four", rows());
        assertEquals("[\"1\"]", hidden());
    }

    @Test
    void whatACrashLeftUndoneIsDoneAtTheNextStart() throws SQLException {
        us.apply("eu", start + 10, insert("1", "a@x", null, "one"));
        us.apply("ap", start + 20, insert("2", "a@x", null, "two"));
        postgres.execute("delete from public.account");
        us.restartLocalWrites();
        assertEquals("1|a@x|null|one", rows());
    }

    @Test
    void aUniqueKeyThatCannotBeDecidedParksTheRow() throws SQLException {
        postgres.execute("create unique index odd on public.account (lower(name))");
        us.apply("eu", start, insert("1", "a@x", null, "one"));
        assertEquals("the unique key odd of public.account is on an expression, which unique: newest-wins does not decide; make it a plain"
                + " one, or set unique: park", postgres.value("select reason from rowmesh.parked"));
    }

    private static RowChange insert(String... values) {
        return new RowChange.Insert(T, new Row(values));
    }

    private static RowChange update(String... values) {
        return new RowChange.Update(T, null, new Row(values));
    }

    private static RowChange delete(String id) {
        return new RowChange.Delete(T, new Row(id, Row.ABSENT, Row.ABSENT, Row.ABSENT));
    }

    private static String rows() {
        return postgres.lines("select * from public.account order by id");
    }

    /** In whichever order they were listed. */
    private static List<String> history() {
        return postgres.query("select concat_ws(' ', type, row_key, decision, coalesce(stored_origin, '-'), coalesce(incoming_origin, '-'))"
                + " from rowmesh.conflict order by 1").stream().map(row -> row.get(0)).toList();
    }

    private static String hidden() {
        return String.join(" ", postgres.query("select row_key from rowmesh.shadow order by 1").stream().map(row -> row.get(0)).toList());
    }
}
