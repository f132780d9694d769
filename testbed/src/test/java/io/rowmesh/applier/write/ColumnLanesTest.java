package io.rowmesh.applier.write;

import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
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
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

/** Region us writes what regions eu and ap shipped of a table under column-merge, while its own users write it too. */
class ColumnLanesTest {

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;

    private static final TableShape T = new TableShape(new TableId("public", "person"), List.of(new Column("id", "integer", true),
            new Column("name", "text", false), new Column("mail", "text", false), new Column("active", "boolean", false),
            new Column("code", "character(4)", false)));

    private final KeyLocks locks = new KeyLocks();
    private final TombstoneIndex index = new TombstoneIndex();
    private LaneWriter eu;
    private LaneWriter ap;
    private LocalWrites localWrites;
    private long sequence;
    private long captured;
    private final long start = Micros.now();

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
        eu = LaneWriter.connect("eu", sessions(), options(), locks, index, new AppliedMarks());
        ap = LaneWriter.connect("ap", sessions(), options(), locks, index, new AppliedMarks());
        localWrites = new LocalWrites(sessions(), options(), locks, index);
        localWrites.start();
    }

    @AfterEach
    void disconnect() throws SQLException {
        eu.close();
        ap.close();
        localWrites.close();
    }

    @Test
    void eachColumnHasItsOwnLastWrite() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        apply(ap, start + 20, update(row("ann", "a@x"), row("ann", "ap@x")));
        apply(eu, start + 10, update(row("ann", "a@x"), row("anna", "eu@x")));
        assertEquals("1|anna|ap@x|t|ab  ", rows());
    }

    @Test
    void anUpdateThatArrivesBeforeItsInsertShowsTheRowAtOnce() throws SQLException {
        apply(ap, start + 20, update(row("ann", "a@x"), row("ann", "ap@x")));
        assertEquals("1|ann|ap@x|t|ab  ", rows());
        apply(eu, start, insert("ann", "a@x"));
        assertEquals("1|ann|ap@x|t|ab  ", rows());
    }

    @Test
    void aDeadRowKeepsItsColumns() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        apply(eu, start + 30, new RowChange.Delete(T, row("ann", "a@x")));
        assertEquals("", rows());
        apply(ap, start + 10, update(row("ann", "a@x"), row("ann", "ap@x")));
        assertEquals("", rows());
        apply(ap, start + 40, update(row("ann", "ap@x"), row("anna", "ap@x")));
        assertEquals("1|anna|ap@x|t|ab  ", rows());
    }

    @Test
    void aLocalWriteStaysUntilItIsCapturedAndIsMergedThen() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        Local local = locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|local|a@x|t|ab  ", rows());
        capture(local);
        assertEquals("1|local|eu@x|t|ab  ", rows());
        apply(ap, local.micros() - 1, update(row("ann", "a@x"), row("late", "a@x")));
        assertEquals("1|local|eu@x|t|ab  ", rows());
    }

    @Test
    void theHistoryTellsOfTheColumnsThatWent() throws SQLException {
        postgres.execute("truncate rowmesh.conflict");
        apply(eu, start, insert("ann", "a@x"));
        apply(ap, start + 20, update(row("ann", "a@x"), row("ann", "ap@x")));
        apply(eu, start + 10, update(row("ann", "a@x"), row("anna", "eu@x")));
        Local local = locally("update public.person set mail = 'us@x'", update(row("anna", "ap@x"), row("anna", "us@x")));
        apply(ap, local.micros() - 1, update(row("ann", "ap@x"), row("ann", "ap2@x")));
        capture(local);
        long deleted = Micros.now();
        apply(eu, deleted, new RowChange.Delete(T, row("anna", "ap@x")));
        apply(ap, deleted - 1, update(row("ann", "ap2@x"), row("late", "ap2@x")));
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
        apply(eu, start, insert("ann", "a@x"));
        Local local = locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        postgres.execute("alter table public.person set unlogged", "alter table public.person set logged");
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|local|a@x|t|ab  ", rows());
        capture(local);
        assertEquals("1|local|eu@x|t|ab  ", rows());
    }

    @Test
    void aRowIsNotShownOverALaterLocalWrite() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        Local first = locally("update public.person set name = 'one'", update(row("ann", "a@x"), row("one", "a@x")));
        Local second = locally("update public.person set name = 'two'", update(row("one", "a@x"), row("two", "a@x")));
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        capture(first);
        assertEquals("1|two|a@x|t|ab  ", rows());
        capture(second);
        assertEquals("1|two|eu@x|t|ab  ", rows());
    }

    @Test
    void writesBehindSavepointsAreKnownAsTheirTransactions() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        Local local = locally("savepoint s; update public.person set name = 'local'; release savepoint s",
                update(row("ann", "a@x"), row("local", "a@x")));
        capture(local);
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|local|eu@x|t|ab  ", rows());
    }

    @Test
    void aTransactionThatIsNotHereWholeIsJoinedButNotShown() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        Local local = locally("update public.person set name = 'one'; update public.person set name = 'two'",
                update(row("ann", "a@x"), row("one", "a@x")), update(row("one", "a@x"), row("two", "a@x")));
        localWrites.onRows(new Version(local.micros(), "us"), 1, ++captured, local.xid(), local.changes().subList(0, 1));
        localWrites.beforeSync(captured - 1);
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|two|a@x|t|ab  ", rows());
        localWrites.onRows(new Version(local.micros(), "us"), 1, captured, local.xid(), local.changes().subList(1, 2));
        localWrites.beforeSync(captured);
        assertEquals("1|two|eu@x|t|ab  ", rows());
    }

    @Test
    void aLocalDeleteStaysUntilItIsCaptured() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        Local delete = locally("delete from public.person", new RowChange.Delete(T, row("ann", "a@x")));
        apply(ap, start + 20, update(row("ann", "a@x"), row("ann", "ap@x")));
        assertEquals("", rows());
        capture(delete);
        assertEquals("", rows());
        apply(ap, Micros.now(), update(row("ann", "ap@x"), row("newer", "ap@x")));
        assertEquals("1|newer|ap@x|t|ab  ", rows());
    }

    @Test
    void aQueueOfLocalInsertsAndDeletesIsNeverBroughtBack() throws SQLException {
        Local insert = locally("insert into public.person values (1, 'ann', 'a@x', true, 'ab')", insert("ann", "a@x"));
        Local delete = locally("delete from public.person", new RowChange.Delete(T, row("ann", "a@x")));
        capture(insert);
        assertEquals("", rows());
        capture(delete);
        assertEquals("", rows());
        assertEquals("f", postgres.value("select waiting from rowmesh.key_state"));
    }

    @Test
    void theCaptureDoesNotWaitForAUsersTransaction() throws Exception {
        apply(eu, start, insert("ann", "a@x"));
        Local local = locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        try (Connection user = postgres.connect()) {
            user.setAutoCommit(false);
            user.createStatement().execute("update public.person set name = 'open'");
            capture(local);
            user.rollback();
        }
        assertEquals("1|local|a@x|t|ab  ", rows());
        assertEquals("t", postgres.value("select waiting from rowmesh.key_state"));
        apply(eu, Micros.now(), update(row("ann", "eu@x"), row("ann", "eu2@x")));
        assertEquals("1|local|eu2@x|t|ab  ", rows());
    }

    @Test
    void aLaneWaitsForAnInsertUnderWayAndLeavesItAsItIs() throws Exception {
        try (Connection user = postgres.connect()) {
            user.setAutoCommit(false);
            user.createStatement().execute("insert into public.person values (1, 'local', 'l@x', true, 'ab')");
            CompletableFuture<Void> applying = CompletableFuture.runAsync(() -> {
                try {
                    apply(eu, Micros.now(), insert("ann", "a@x"));
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(300);
            assertFalse(applying.isDone());
            user.commit();
            applying.get(10, TimeUnit.SECONDS);
        }
        assertEquals("1|local|l@x|t|ab  ", rows());
    }

    @Test
    void aTruncateOfAnotherRegionIsADeleteOfEveryKey() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        apply(ap, start + 30, update(row("ann", "a@x"), row("ann", "ap@x")));
        apply(eu, start + 20, new RowChange.Truncate(T));
        assertEquals("1|ann|ap@x|t|ab  ", rows());
        apply(eu, start + 40, new RowChange.Truncate(T));
        assertEquals("", rows());
        apply(ap, start + 35, new RowChange.Insert(T, new Row("2", "older", "o@x", "t", "ab  ")));
        assertEquals("", rows());
        apply(ap, start + 50, new RowChange.Insert(T, new Row("2", "newer", "n@x", "t", "ab  ")));
        assertEquals("2|newer|n@x|t|ab  ", rows());
    }

    @Test
    void aLocalTruncateIsJoinedAtTheCapture() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        Local truncate = locally("truncate public.person", new RowChange.Truncate(T));
        apply(ap, start + 20, new RowChange.Insert(T, new Row("2", "older", "o@x", "t", "ab  ")));
        capture(truncate);
        assertEquals("", rows());
        apply(ap, Micros.now(), update(row("ann", "a@x"), row("ann", "ap@x")));
        assertEquals("1|ann|ap@x|t|ab  ", rows());
    }

    @Test
    void severalChangesOfAKeyInOneTransactionAreJoinedInTheirOrder() throws SQLException {
        apply(eu, start, insert("ann", "a@x"), update(row("ann", "a@x"), row("anna", "a@x")), new RowChange.Delete(T, row("anna", "a@x")),
                insert("bob", "b@x"));
        assertEquals("1|bob|b@x|t|ab  ", rows());
        apply(eu, start + 1, update(row("bob", "b@x"), row("bob", "c@x")), new RowChange.Delete(T, row("bob", "c@x")));
        assertEquals("", rows());
    }

    @Test
    void whatIsCapturedTwiceIsJoinedOnce() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        Local local = locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        capture(local);
        apply(eu, Micros.now(), update(row("local", "a@x"), row("newer", "a@x")));
        captured--;
        capture(local);
        assertEquals("1|newer|a@x|t|ab  ", rows());
    }

    @Test
    void whatTheDatabaseRefusesToShowIsJoinedAllTheSame() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        postgres.execute("alter table public.person add constraint no_eu check (name <> 'local' or mail <> 'eu@x')");
        Local local = locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        capture(local);
        assertEquals("1|local|a@x|t|ab  ", rows());
        assertEquals("t", postgres.value("select waiting from rowmesh.key_state"));
    }

    @Test
    void aRowFromBeforeTheCaptureIsMergedOnceThatIsKnown() throws SQLException {
        postgres.execute("insert into public.person values (1, 'ann', 'a@x', true, 'ab')");
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        assertEquals("1|ann|a@x|t|ab  ", rows());
        round();
        assertEquals("1|ann|eu@x|t|ab  ", rows());
        postgres.execute("insert into public.person values (2, 'bob', 'b@x', true, 'ab')");
        round();
        apply(eu, Micros.now(), new RowChange.Update(T, new Row("2", "bob", "old", "t", "ab  "), new Row("2", "rob", "old", "t", "ab  ")));
        assertEquals("1|ann|eu@x|t|ab  \n2|rob|b@x|t|ab  ", rows());
    }

    @Test
    void aRowThatWasLeftToSomebodyWhoRolledBackIsWrittenLater() throws Exception {
        apply(eu, start, insert("ann", "a@x"));
        Local local = locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        try (Connection user = postgres.connect()) {
            user.setAutoCommit(false);
            user.createStatement().execute("update public.person set name = 'open'");
            capture(local);
            round();
            assertEquals("1|local|a@x|t|ab  ", rows());
            user.rollback();
        }
        round();
        assertEquals("1|local|eu@x|t|ab  ", rows());
        assertEquals("f", postgres.value("select waiting from rowmesh.key_state"));
    }

    @Test
    void aStateGoesOnceEveryRegionHasSeenItsWritesAndTheRowStandsForThem() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        Local local = locally("update public.person set name = 'local'", update(row("ann", "a@x"), row("local", "a@x")));
        capture(local);
        heartbeat("eu", "{\"us\": [1, 1]}");
        round();
        assertEquals("1", postgres.value("select count(*) from rowmesh.key_state"));
        heartbeat("ap", "{\"eu\": [1, 1], \"us\": [1, 1]}");
        round();
        round();
        // eu's users may have built on what a lane showed there before eu's own write was captured.
        assertEquals("1", postgres.value("select count(*) from rowmesh.key_state"));
        heartbeat("eu", "{\"us\": [1, 1], \"eu\": [1, 1]}");
        round();
        round();
        assertEquals("0", postgres.value("select count(*) from rowmesh.key_state"));
        apply(eu, Micros.now(), update(row("local", "a@x"), row("local", "eu@x")));
        assertEquals("1|local|eu@x|t|ab  ", rows());
        apply(eu, Micros.now(), new RowChange.Delete(T, row("local", "eu@x")));
        assertEquals("", rows());
        heartbeat("eu", "{\"us\": [1, 1], \"eu\": [1, 3]}");
        heartbeat("ap", "{\"eu\": [1, 3], \"us\": [1, 1]}");
        round();
        assertEquals("0", postgres.value("select count(*) from rowmesh.key_state"));
    }

    @Test
    void aStateStaysWhileALocalWriteIsNotCaptured() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        Local delete = locally("delete from public.person", new RowChange.Delete(T, row("ann", "a@x")));
        heartbeat("eu", "{\"eu\": [1, 1]}");
        heartbeat("ap", "{\"eu\": [1, 1]}");
        round();
        assertEquals("1", postgres.value("select count(*) from rowmesh.key_state"));
        capture(delete);
        assertEquals("", rows());
    }

    @Test
    void aWithheldLocalWriteStaysUntilTheNodeHasStatedItAnew() throws SQLException {
        apply(eu, start, insert("ann", "a@x"));
        locally("update public.person set name = 'withheld'");
        postgres.execute("insert into rowmesh.pending_touch values ('public', 'person', '[\"1\"]', 1, 1, now(), now())");
        apply(eu, Micros.now(), update(row("ann", "a@x"), row("ann", "eu@x")));
        round();
        assertEquals("1|withheld|a@x|t|ab  ", rows());
        Local touch = locally("update public.person set name = name", update(null, row("withheld", "a@x")));
        capture(touch);
        postgres.execute("truncate rowmesh.pending_touch");
        assertEquals("1|withheld|a@x|t|ab  ", rows());
        apply(eu, touch.micros() - 1, update(row("ann", "eu@x"), row("older", "eu@x")));
        assertEquals("1|withheld|a@x|t|ab  ", rows());
        apply(eu, Micros.now(), update(row("withheld", "a@x"), row("withheld", "newer")));
        assertEquals("1|withheld|newer|t|ab  ", rows());
    }

    private record Local(long micros, long xid, List<RowChange> changes) {
    }

    /** A user's transaction that the capture has not met yet. */
    private static Local locally(String sql, RowChange... changes) throws SQLException {
        try (Connection local = postgres.connect()) {
            local.setAutoCommit(false);
            local.createStatement().execute(sql);
            String xid;
            try (var row = local.createStatement().executeQuery("select pg_current_xact_id()::xid::text")) {
                row.next();
                xid = row.getString(1);
            }
            local.commit();
            long micros = Long.parseLong(postgres.value(
                    "select (extract(epoch from pg_xact_commit_timestamp('" + xid + "')) * 1000000)::bigint"));
            return new Local(micros, Long.parseLong(xid), List.of(changes));
        }
    }

    private void capture(Local local) throws SQLException {
        localWrites.onRows(new Version(local.micros(), "us"), 1, ++captured, local.xid(), local.changes());
        localWrites.beforeSync();
    }

    private void apply(LaneWriter lane, long micros, RowChange... changes) throws SQLException {
        String origin = lane == eu ? "eu" : "ap";
        sequence++;
        lane.apply(new TransactionHeader(origin, 1, sequence, micros, sequence, 1, 1, List.of(), false), List.of(changes));
    }

    /** A whole round, with a capture that has met everything. */
    private void round() throws SQLException {
        localWrites.round(Long.MAX_VALUE, 0);
    }

    private static void heartbeat(String region, String seen) {
        postgres.execute("insert into rowmesh.heartbeat values ('" + region + "', 1, now(), '" + seen
                + "') on conflict (region) do update set seen = excluded.seen");
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
        return String.join("\n", postgres.query("select * from public.person order by id").stream().map(row -> String.join("|", row)).toList());
    }

    private static ApplierSession sessions() {
        return new ApplierSession(postgres.jdbcUrl(), new Properties());
    }

    private static ApplierOptions options() {
        TableRules rules = TableRules.columnMerge(List.of());
        return new ApplierOptions("us", Set.of("eu", "ap"), table -> true, table -> rules, (table, column) -> false, Duration.ofSeconds(5));
    }
}
