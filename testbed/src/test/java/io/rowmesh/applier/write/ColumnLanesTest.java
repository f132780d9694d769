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
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Region us writes what regions eu and ap shipped of a table under column-merge, while its own users write it too. */
class ColumnLanesTest {

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;

    private static final TableShape T = new TableShape(new TableId("public", "person"), List.of(new Column("id", "integer", true),
            new Column("name", "text", false), new Column("mail", "text", false), new Column("active", "boolean", false),
            new Column("code", "character(4)", false)));

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
        postgres.execute("drop table if exists public.person",
                "create table public.person (id int primary key, name text, mail text, active boolean, code char(4))",
                "truncate rowmesh.progress, rowmesh.key_state, rowmesh.parked, rowmesh.heartbeat",
                "update rowmesh.captured_before set xid = 0");
        us = TestingLanes.under(TableRules.columnMerge(List.of()), postgres);
    }

    @AfterEach
    void disconnect() throws SQLException {
        us.close();
    }

    @Test
    void eachColumnHasItsOwnLastWrite() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        us.apply("ap", start + 20, update(row("ann", "a@x"), row("ann", "ap@x")));
        us.apply("eu", start + 10, update(row("ann", "a@x"), row("anna", "eu@x")));
        assertEquals("1|anna|ap@x|t|ab  ", rows());
    }

    @Test
    void anUpdateThatArrivesBeforeItsInsertShowsTheRowAtOnce() throws SQLException {
        us.apply("ap", start + 20, update(row("ann", "a@x"), row("ann", "ap@x")));
        assertEquals("1|ann|ap@x|t|ab  ", rows());
        us.apply("eu", start, insert("ann", "a@x"));
        assertEquals("1|ann|ap@x|t|ab  ", rows());
    }

    @Test
    void aDeadRowKeepsItsColumns() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        us.apply("eu", start + 30, new RowChange.Delete(T, row("ann", "a@x")));
        assertEquals("", rows());
        us.apply("ap", start + 10, update(row("ann", "a@x"), row("ann", "ap@x")));
        assertEquals("", rows());
        us.apply("ap", start + 40, update(row("ann", "ap@x"), row("anna", "ap@x")));
        assertEquals("1|anna|ap@x|t|ab  ", rows());
    }

    @Test
    void aLocalWriteStaysUntilItIsCapturedAndIsMergedThen() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local local = us.locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|local|a@x|t|ab  ", rows());
        us.capture(local);
        assertEquals("1|local|eu@x|t|ab  ", rows());
        us.apply("ap", local.micros() - 1, update(row("ann", "a@x"), row("late", "a@x")));
        assertEquals("1|local|eu@x|t|ab  ", rows());
    }

    @Test
    void theHistoryTellsOfTheColumnsThatWent() throws SQLException {
        postgres.execute("truncate rowmesh.conflict");
        us.apply("eu", start, insert("ann", "a@x"));
        us.apply("ap", start + 20, update(row("ann", "a@x"), row("ann", "ap@x")));
        us.apply("eu", start + 10, update(row("ann", "a@x"), row("anna", "eu@x")));
        Local local = us.locally("update public.person set mail = 'us@x'", update(row("anna", "ap@x"), row("anna", "us@x")));
        us.apply("ap", local.micros() - 1, update(row("ann", "ap@x"), row("ann", "ap2@x")));
        us.capture(local);
        long deleted = Micros.now();
        us.apply("eu", deleted, new RowChange.Delete(T, row("anna", "ap@x")));
        us.apply("ap", deleted - 1, update(row("ann", "ap2@x"), row("late", "ap2@x")));
        assertEquals("", rows());
        assertEquals(List.of(
                List.of("update_origin_differs", "applied", "{\"mail\": \"a@x\"}", "eu", "ap"),
                List.of("update_origin_differs", "kept_local", "{\"mail\": \"ap@x\"}", "ap", "eu"),
                List.of("update_origin_differs", "applied", "{\"mail\": \"ap2@x\"}", "ap", "us"),
                List.of("delete_origin_differs", "deleted", "{\"mail\": \"us@x\"}", "us", "eu"),
                List.of("update_deleted", "kept_local", "-", "eu", "ap")),
                postgres.query("select type, decision, coalesce(stored_row::text, '-'), stored_origin, incoming_origin from rowmesh.conflict order by conflict_id"));
        assertEquals("[\"1\"] column-merge", postgres.value("select distinct row_key || ' ' || rule from rowmesh.conflict"));
    }

    @Test
    void aLocalWriteThatIsCapturedOnlyAfterARewriteIsMergedAllTheSame() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local local = us.locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        postgres.execute("alter table public.person set unlogged", "alter table public.person set logged");
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|local|a@x|t|ab  ", rows());
        us.capture(local);
        assertEquals("1|local|eu@x|t|ab  ", rows());
    }

    @Test
    void aRowIsNotShownOverALaterLocalWrite() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local first = us.locally("update public.person set name = 'one'", update(row("ann", "a@x"), row("one", "a@x")));
        Local second = us.locally("update public.person set name = 'two'", update(row("one", "a@x"), row("two", "a@x")));
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        us.capture(first);
        assertEquals("1|two|a@x|t|ab  ", rows());
        us.capture(second);
        assertEquals("1|two|eu@x|t|ab  ", rows());
    }

    @Test
    void writesBehindSavepointsAreKnownAsTheirTransactions() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local local = us.locally("savepoint s; update public.person set name = 'local'; release savepoint s",
                update(row("ann", "a@x"), row("local", "a@x")));
        us.capture(local);
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|local|eu@x|t|ab  ", rows());
    }

    @Test
    void aTransactionThatIsNotHereWholeIsJoinedButNotShown() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local local = us.locally("update public.person set name = 'one'; update public.person set name = 'two'",
                update(row("ann", "a@x"), row("one", "a@x")), update(row("one", "a@x"), row("two", "a@x")));
        us.localWrites().onRows(local.version(), 1, 1, local.xid(), local.changes().subList(0, 1));
        us.localWrites().beforeSync(0);
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|two|a@x|t|ab  ", rows());
        us.localWrites().onRows(local.version(), 1, 1, local.xid(), local.changes().subList(1, 2));
        us.localWrites().beforeSync(1);
        assertEquals("1|two|eu@x|t|ab  ", rows());
    }

    @Test
    void aLocalDeleteStaysUntilItIsCaptured() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local delete = us.locally("delete from public.person", new RowChange.Delete(T, row("ann", "a@x")));
        us.apply("ap", start + 20, update(row("ann", "a@x"), row("ann", "ap@x")));
        assertEquals("", rows());
        us.capture(delete);
        assertEquals("", rows());
        us.apply("ap", Micros.now(), update(row("ann", "ap@x"), row("newer", "ap@x")));
        assertEquals("1|newer|ap@x|t|ab  ", rows());
    }

    @Test
    void aQueueOfLocalInsertsAndDeletesIsNeverBroughtBack() throws SQLException {
        Local insert = us.locally("insert into public.person values (1, 'ann', 'a@x', true, 'ab')", insert("ann", "a@x"));
        Local delete = us.locally("delete from public.person", new RowChange.Delete(T, row("ann", "a@x")));
        us.capture(insert);
        assertEquals("", rows());
        us.capture(delete);
        assertEquals("", rows());
        assertEquals("f", postgres.value("select waiting from rowmesh.key_state"));
    }

    @Test
    void theCaptureDoesNotWaitForAUsersTransaction() throws Exception {
        us.apply("eu", start, insert("ann", "a@x"));
        Local local = us.locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        try (Connection user = postgres.connect()) {
            user.setAutoCommit(false);
            user.createStatement().execute("update public.person set name = 'open'");
            us.capture(local);
            user.rollback();
        }
        assertEquals("1|local|a@x|t|ab  ", rows());
        assertEquals("t", postgres.value("select waiting from rowmesh.key_state"));
        us.apply("eu", Micros.now(), update(row("ann", "eu@x"), row("ann", "eu2@x")));
        assertEquals("1|local|eu2@x|t|ab  ", rows());
    }

    @Test
    void aLaneWaitsForAnInsertUnderWayAndLeavesItAsItIs() throws Exception {
        us.whileLocally("insert into public.person values (1, 'local', 'l@x', true, 'ab')", () ->
                us.apply("eu", Micros.now(), insert("ann", "a@x")));
        assertEquals("1|local|l@x|t|ab  ", rows());
    }

    @Test
    void aTruncateOfAnotherRegionIsADeleteOfEveryKey() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        us.apply("ap", start + 30, update(row("ann", "a@x"), row("ann", "ap@x")));
        us.apply("eu", start + 20, new RowChange.Truncate(T));
        assertEquals("1|ann|ap@x|t|ab  ", rows());
        us.apply("eu", start + 40, new RowChange.Truncate(T));
        assertEquals("", rows());
        us.apply("ap", start + 35, new RowChange.Insert(T, new Row("2", "older", "o@x", "t", "ab  ")));
        assertEquals("", rows());
        us.apply("ap", start + 50, new RowChange.Insert(T, new Row("2", "newer", "n@x", "t", "ab  ")));
        assertEquals("2|newer|n@x|t|ab  ", rows());
    }

    @Test
    void aLocalTruncateIsJoinedAtTheCapture() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local truncate = us.locally("truncate public.person", new RowChange.Truncate(T));
        us.apply("ap", start + 20, new RowChange.Insert(T, new Row("2", "older", "o@x", "t", "ab  ")));
        us.capture(truncate);
        assertEquals("", rows());
        us.apply("ap", Micros.now(), update(row("ann", "a@x"), row("ann", "ap@x")));
        assertEquals("1|ann|ap@x|t|ab  ", rows());
    }

    @Test
    void aLocalTruncateLeavesTheRowsThatItsTransactionInsertsAfterIt() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local local = us.locally("truncate public.person; insert into public.person values (1, 'bob', 'b@x', true, 'ab')", new RowChange.Truncate(T), insert("bob", "b@x"));
        String before = postgres.value("select xmin::text || name from public.person");
        us.capture(local);
        assertEquals(before, postgres.value("select xmin::text || name from public.person"));
    }

    @Test
    void severalChangesOfAKeyInOneTransactionAreJoinedInTheirOrder() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"), update(row("ann", "a@x"), row("anna", "a@x")), new RowChange.Delete(T, row("anna", "a@x")),
                insert("bob", "b@x"));
        assertEquals("1|bob|b@x|t|ab  ", rows());
        us.apply("eu", start + 1, update(row("bob", "b@x"), row("bob", "c@x")), new RowChange.Delete(T, row("bob", "c@x")));
        assertEquals("", rows());
    }

    @Test
    void whatIsCapturedTwiceIsJoinedOnce() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local local = us.locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        us.capture(local);
        us.apply("eu", Micros.now(), update(row("local", "a@x"), row("newer", "a@x")));
        us.captureAs(1, local, null);
        assertEquals("1|newer|a@x|t|ab  ", rows());
    }

    @Test
    void whatTheDatabaseRefusesToShowIsJoinedAllTheSame() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        postgres.execute("alter table public.person add constraint no_eu check (name <> 'local' or mail <> 'eu@x')");
        Local local = us.locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        us.capture(local);
        assertEquals("1|local|a@x|t|ab  ", rows());
        assertEquals("t", postgres.value("select waiting from rowmesh.key_state"));
    }

    @Test
    void aRowFromBeforeTheCaptureIsMergedOnceThatIsKnown() throws SQLException {
        postgres.execute("insert into public.person values (1, 'ann', 'a@x', true, 'ab')");
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|ann|a@x|t|ab  ", rows());
        us.round();
        assertEquals("1|ann|eu@x|t|ab  ", rows());
        postgres.execute("insert into public.person values (2, 'bob', 'b@x', true, 'ab')");
        us.round();
        us.apply("eu", Micros.now(), new RowChange.Update(T, new Row("2", "bob", "old", "t", "ab  "), new Row("2", "rob", "old", "t", "ab  ")));
        assertEquals("1|ann|eu@x|t|ab  \n2|rob|b@x|t|ab  ", rows());
    }

    @Test
    void aRowThatWasLeftToSomebodyWhoRolledBackIsWrittenLater() throws Exception {
        us.apply("eu", start, insert("ann", "a@x"));
        Local local = us.locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        try (Connection user = postgres.connect()) {
            user.setAutoCommit(false);
            user.createStatement().execute("update public.person set name = 'open'");
            us.capture(local);
            us.round();
            assertEquals("1|local|a@x|t|ab  ", rows());
            user.rollback();
        }
        us.round();
        assertEquals("1|local|eu@x|t|ab  ", rows());
        assertEquals("f", postgres.value("select waiting from rowmesh.key_state"));
    }

    @Test
    void aStateGoesOnceEveryRegionHasSeenItsWritesAndTheRowStandsForThem() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local local = us.locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        us.capture(local);
        us.heartbeat("eu", "{\"us\": [1, 1]}");
        us.round();
        assertEquals("1", postgres.value("select count(*) from rowmesh.key_state"));
        us.heartbeat("ap", "{\"eu\": [1, 1], \"us\": [1, 1]}");
        us.round();
        us.round();
        // eu's users may have built on what a lane showed there before eu's own write was captured.
        assertEquals("1", postgres.value("select count(*) from rowmesh.key_state"));
        us.heartbeat("eu", "{\"us\": [1, 1], \"eu\": [1, 1]}");
        us.round();
        us.round();
        assertEquals("0", postgres.value("select count(*) from rowmesh.key_state"));
        us.apply("eu", Micros.now(), update(row("local", "a@x"), row("local", "eu@x")));
        assertEquals("1|local|eu@x|t|ab  ", rows());
        us.apply("eu", Micros.now(), new RowChange.Delete(T, row("local", "eu@x")));
        assertEquals("", rows());
        us.heartbeat("eu", "{\"us\": [1, 1], \"eu\": [1, 3]}");
        us.heartbeat("ap", "{\"eu\": [1, 3], \"us\": [1, 1]}");
        us.round();
        assertEquals("0", postgres.value("select count(*) from rowmesh.key_state"));
    }

    @Test
    void aStateStaysWhileALocalWriteIsNotCaptured() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        Local delete = us.locally("delete from public.person", new RowChange.Delete(T, row("ann", "a@x")));
        us.heartbeat("eu", "{\"eu\": [1, 1]}");
        us.heartbeat("ap", "{\"eu\": [1, 1]}");
        us.round();
        assertEquals("1", postgres.value("select count(*) from rowmesh.key_state"));
        us.capture(delete);
        assertEquals("", rows());
    }

    @Test
    void aWithheldLocalWriteStaysUntilTheNodeHasStatedItAnew() throws SQLException {
        us.apply("eu", start, insert("ann", "a@x"));
        us.locally("update public.person set name = 'withheld'");
        postgres.execute("insert into rowmesh.pending_touch values ('public', 'person', '[\"1\"]', 1, 1, now(), now())");
        us.apply("eu", Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        us.round();
        assertEquals("1|withheld|a@x|t|ab  ", rows());
        Local touch = us.locally("update public.person set name = name", update(null, row("withheld", "a@x")));
        us.capture(touch);
        postgres.execute("truncate rowmesh.pending_touch");
        assertEquals("1|withheld|a@x|t|ab  ", rows());
        us.apply("eu", touch.micros() - 1, update(row("ann", "eu@x"), row("older", "eu@x")));
        assertEquals("1|withheld|a@x|t|ab  ", rows());
        us.apply("eu", Micros.now(), update(row("withheld", "a@x"), row("withheld", "newer")));
        assertEquals("1|withheld|newer|t|ab  ", rows());
    }

    private static RowChange insert(String name, String mail) {
        return new RowChange.Insert(T, row(name, mail));
    }

    private static RowChange update(Row before, Row after) {
        return new RowChange.Update(T, before, after);
    }

    private static Row row(String name, String mail) {
        return new Row("1", name, mail, "t", "ab  ");
    }

    private static String rows() {
        return postgres.lines("select * from public.person order by id");
    }
}
