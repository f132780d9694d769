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
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

/** Region us writes what eu and ap shipped of a table with two unique keys beside its primary key, while its own users write it too. */
class UniqueLanesTest {

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;

    private static final TableShape T = new TableShape(new TableId("public", "account"), List.of(new Column("id", "integer", true),
            new Column("mail", "text", false), new Column("phone", "numeric(8,2)", false), new Column("name", "text", false)));

    private final KeyLocks locks = new KeyLocks(table -> true);
    private final TombstoneIndex index = new TombstoneIndex();
    private LaneWriter eu;
    private LaneWriter ap;
    private LocalWrites localWrites;
    private long sequence;
    private long captured;
    private final long start = Micros.now() - 1_000_000;

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
                "truncate rowmesh.progress, rowmesh.tombstone, rowmesh.parked, rowmesh.shadow, rowmesh.row_version");
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
    void ofThreeRowsThatCollideTheSameStayInEveryOrder() throws SQLException {
        for (int[] order : new int[][] {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
            postgres.execute("truncate public.account, rowmesh.shadow, rowmesh.row_version, rowmesh.progress");
            for (int which : order) {
                switch (which) {
                    case 0 -> apply(eu, start + 1, insert("1", "a@x", null, "x"));
                    case 1 -> apply(ap, start + 2, insert("2", "a@x", "7.00", "y"));
                    default -> apply(eu, start + 3, insert("3", null, "7", "z"));
                }
            }
            assertEquals("1|a@x|null|x\n3|null|7.00|z", rows());
            assertEquals("[\"2\"]", hidden());
        }
    }

    @Test
    void aRowThatIsShownAgainHasItsTrueVersion() throws SQLException {
        apply(eu, start + 10, insert("1", "a@x", null, "one"));
        apply(ap, start + 20, insert("2", "a@x", null, "two"));
        assertEquals("2|a@x|null|two", rows());
        apply(ap, start + 30, update("2", "b@x", null, "moved"));
        assertEquals("1|a@x|null|one\n2|b@x|null|moved", rows());
        assertEquals("", hidden());
        apply(ap, start + 15, update("1", "c@x", null, "newer than one"));
        assertEquals("1|c@x|null|newer than one\n2|b@x|null|moved", rows());
        apply(eu, start + 12, update("1", "d@x", null, "late"));
        assertEquals("1|c@x|null|newer than one\n2|b@x|null|moved", rows());
    }

    /** The capture takes what is applied without progress for damage, unless it begins with a delete or says so. */
    @Test
    void aSecondLookThatShowsARowSaysThatItIsARepair() throws SQLException {
        apply(eu, start + 10, insert("1", "a@x", null, "one"));
        apply(ap, start + 20, insert("2", "a@x", null, "two"));
        postgres.execute("delete from public.account where id = 2", "create publication said for table public.account");
        postgres.value("select pg_create_logical_replication_slot('said', 'pgoutput')::text");
        apply(ap, start + 30, delete("9"));
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
        apply(eu, start + 10, insert("1", "a@x", null, "one"));
        apply(ap, start + 20, insert("2", "a@x", null, "two"));
        apply(ap, start + 30, update("2", "b@x", null, "moved"));
        apply(eu, start + 31, insert("3", "c@x", null, "three"));
        postgres.execute("alter table public.account set unlogged", "alter table public.account set logged");
        apply(ap, start + 15, update("1", "d@x", null, "newer than one"), update("2", "e@x", null, "late"));
        assertEquals("1|d@x|null|newer than one\n2|b@x|null|moved\n3|c@x|null|three", rows());
        apply(ap, start + 32, insert("4", "c@x", null, "newer than three"));
        assertEquals("1|d@x|null|newer than one\n2|b@x|null|moved\n4|c@x|null|newer than three", rows());
    }

    @Test
    void afterAChangeOfTypeWhatCollidesIsParked() throws SQLException {
        apply(eu, start + 10, insert("1", "a@x", null, "one"));
        apply(ap, start + 20, insert("2", "a@x", null, "two"));
        postgres.execute("alter table public.account alter column phone type numeric(8,2) using phone + 0");
        apply(eu, start + 15, insert("3", "a@x", null, "three"));
        assertEquals("2|a@x|null|two", rows());
        assertEquals("RM001", postgres.value("select sqlstate from rowmesh.parked"));
    }

    @Test
    void valuesThatAreSwappedWithinOneTransactionCollideWithNothing() throws SQLException {
        apply(eu, start, insert("1", "a@x", "1", "one"), insert("2", "b@x", "2", "two"));
        apply(eu, start + 1, update("1", "-", "1", "one"), update("2", "a@x", "2", "two"), update("1", "b@x", "1", "one"));
        assertEquals("1|b@x|1.00|one\n2|a@x|2.00|two", rows());
        apply(ap, start + 2, delete("1"), delete("2"), insert("1", "a@x", "2", "1"), insert("2", "b@x", "1", "2"));
        assertEquals("1|a@x|2.00|1\n2|b@x|1.00|2", rows());
        assertEquals("", hidden());
    }

    @Test
    void aDeleteReachesAHiddenRow() throws SQLException {
        apply(eu, start + 10, insert("1", "a@x", null, "one"));
        apply(ap, start + 20, insert("2", "a@x", null, "two"));
        apply(eu, start + 25, delete("1"));
        assertEquals("", hidden());
        apply(ap, start + 30, delete("2"));
        assertEquals("", rows());
        apply(ap, start + 21, update("1", "a@x", null, "late"));
        assertEquals("", rows());
    }

    @Test
    void whatALocalDeleteHadHiddenIsShownOnceItIsCaptured() throws SQLException {
        apply(eu, start + 10, insert("1", "a@x", null, "one"));
        Local insert = locally("delete from public.account; insert into public.account values (2, 'b@x', null, 'two')",
                delete("1"), insert("2", "b@x", null, "two"));
        capture(insert);
        apply(eu, start + 20, insert("3", "b@x", null, "three"));
        assertEquals("2|b@x|null|two", rows());
        assertEquals("[\"3\"]", hidden());
        Local delete = locally("delete from public.account", delete("2"));
        assertEquals("[\"3\"]", hidden());
        capture(delete);
        assertEquals("3|b@x|null|three", rows());
        assertEquals("", hidden());
        assertEquals("1", postgres.value("select count(*) from rowmesh.row_version"));
        apply(ap, start + 21, update("3", "c@x", null, "newer than three"));
        assertEquals("3|c@x|null|newer than three", rows());
        assertEquals("0", postgres.value("select count(*) from rowmesh.row_version"));
    }

    @Test
    void aLocalUpdateThatGivesAValueAwayShowsWhoWaitedForIt() throws SQLException {
        Local insert = locally("insert into public.account values (2, 'b@x', 5, 'two')", insert("2", "b@x", "5", "two"));
        capture(insert);
        apply(eu, start, insert("3", "b@x", null, "three"));
        apply(ap, start + 1, insert("4", null, "5.0", "four"));
        assertEquals("[\"3\"] [\"4\"]", hidden());
        Local update = locally("update public.account set mail = 'c@x', phone = 6", update("2", "c@x", "6", "two"));
        capture(update);
        assertEquals("2|c@x|6.00|two\n3|b@x|null|three\n4|null|5.00|four", rows());
    }

    @Test
    void aLocalInsertOfAHiddenKeyReplacesTheHiddenRow() throws SQLException {
        apply(eu, start + 10, insert("1", "a@x", null, "one"));
        apply(ap, start + 20, insert("2", "a@x", null, "two"));
        Local insert = locally("insert into public.account values (1, 'new@x', null, 'again')", insert("1", "new@x", null, "again"));
        capture(insert);
        assertEquals("", hidden());
        assertEquals("1|new@x|null|again\n2|a@x|null|two", rows());
    }

    @Test
    void aCapturedDeleteTakesAnOlderRowThatCameMeanwhileHiddenOrNot() throws SQLException {
        apply(eu, start, insert("1", "a@x", null, "one"), insert("2", "b@x", null, "two"));
        Local delete = locally("delete from public.account where id = 1", delete("1"));
        apply(ap, start + 20, update("1", "b@x", null, "older than two's later write"));
        apply(ap, start + 30, update("2", "b@x", null, "two"));
        assertEquals("[\"1\"]", hidden());
        capture(delete);
        assertEquals("", hidden());
        assertEquals("2|b@x|null|two", rows());
    }

    @Test
    void aLaneWaitsForALocalInsertUnderWayAndDecidesByItsVersion() throws Exception {
        try (Connection user = postgres.connect()) {
            user.setAutoCommit(false);
            user.createStatement().execute("insert into public.account values (5, 'a@x', null, 'local')");
            CompletableFuture<Void> applying = CompletableFuture.runAsync(() -> {
                try {
                    apply(eu, Micros.now(), insert("1", "a@x", null, "one"));
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(300);
            assertFalse(applying.isDone());
            user.commit();
            applying.get(10, TimeUnit.SECONDS);
        }
        assertEquals("5|a@x|null|local", rows());
        assertEquals("[\"1\"]", hidden());
    }

    @Test
    void aTruncateTakesHiddenRowsToo() throws SQLException {
        apply(eu, start + 10, insert("1", "a@x", null, "one"));
        apply(ap, start + 20, insert("2", "a@x", null, "two"));
        apply(eu, start + 15, new RowChange.Truncate(T));
        assertEquals("2|a@x|null|two", rows());
        assertEquals("", hidden());
        apply(eu, start + 40, insert("3", "a@x", null, "three"));
        Local truncate = locally("truncate public.account", new RowChange.Truncate(T));
        capture(truncate);
        assertEquals("", rows() + hidden());
    }

    @Test
    void aRowThatMayNotStandHereStaysHiddenAndTheRestIsApplied() throws SQLException {
        apply(eu, start + 10, insert("1", "a@x", null, "odd"));
        apply(ap, start + 20, insert("2", "a@x", null, "two"));
        postgres.execute("alter table public.account add constraint no_odd check (name <> 'odd')");
        apply(ap, start + 30, delete("2"), insert("4", "d@x", null, "four"));
        assertEquals("4|d@x|null|four", rows());
        assertEquals("[\"1\"]", hidden());
    }

    @Test
    void whatACrashLeftUndoneIsDoneAtTheNextStart() throws SQLException {
        apply(eu, start + 10, insert("1", "a@x", null, "one"));
        apply(ap, start + 20, insert("2", "a@x", null, "two"));
        postgres.execute("delete from public.account");
        localWrites.close();
        localWrites.start();
        assertEquals("1|a@x|null|one", rows());
    }

    @Test
    void aUniqueKeyThatCannotBeDecidedParksTheRow() throws SQLException {
        postgres.execute("create unique index odd on public.account (lower(name))");
        apply(eu, start, insert("1", "a@x", null, "one"));
        assertEquals("the unique key odd of public.account is on an expression, which unique: newest-wins does not decide; make it a plain"
                + " one, or set unique: park", postgres.value("select reason from rowmesh.parked"));
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
        return String.join("\n", postgres.query("select * from public.account order by id").stream().map(UniqueLanesTest::joined).toList());
    }

    private static String joined(List<String> row) {
        List<String> texts = new ArrayList<>();
        row.forEach(text -> texts.add(String.valueOf(text)));
        return String.join("|", texts);
    }

    private static String hidden() {
        return String.join(" ", postgres.query("select row_key from rowmesh.shadow order by 1").stream().map(row -> row.get(0)).toList());
    }

    private static ApplierSession sessions() {
        return new ApplierSession(postgres.jdbcUrl(), new Properties());
    }

    private static ApplierOptions options() {
        return new ApplierOptions("us", Set.of("eu", "ap"), table -> true, table -> TableRules.newestWins(), (table, column) -> false,
                Duration.ofSeconds(5));
    }
}
