package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.locking.LockedRows.Piece;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.Progress;
import io.rowmesh.applier.write.SqlFaults;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.Tombstones.Dated;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static io.rowmesh.applier.mysql.TestingRegion.header;
import static io.rowmesh.applier.mysql.TestingRegion.insert;
import static io.rowmesh.applier.mysql.TestingRegion.shape;
import static io.rowmesh.applier.mysql.TestingRegion.update;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MySqlRowsTest {

    private static final TableId T = new TableId("shop", "t");
    private static final TableShape SHAPE = shape("t", "id", "mysql:int", "v", "mysql:varchar(20)");

    private static TestingRegion region;

    @BeforeAll
    static void start(@TempDir Path directory) {
        region = new TestingRegion(directory);
        region.mysql.execute("create table app.t (id int primary key, v varchar(20), u int unique, at timestamp(6) default current_timestamp(6)"
                + " on update current_timestamp(6), kept varchar(20) default 'none', len int as (length(v)) stored)");
    }

    @AfterAll
    static void stop() throws SQLException {
        region.close();
    }

    @AfterEach
    void clear() throws SQLException {
        region.endSessions();
        region.mysql.execute("delete from app.t", "delete from rowmesh.progress", "delete from rowmesh.tombstone");
    }

    private interface Work<R> {
        R run() throws SQLException;
    }

    /** Local statements stand uncommitted until the work was seen to wait for them. */
    private static <R> R whileLocally(String sql, Work<R> work) throws Exception {
        try (Connection local = region.mysql.connect(); Statement statement = local.createStatement()) {
            local.setAutoCommit(false);
            statement.execute(sql);
            CompletableFuture<R> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return work.run();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(300);
            assertFalse(waiting.isDone());
            local.commit();
            return waiting.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aLockWaitsForWritersAndShowsWhatTheyLeft() throws Exception {
        region.mysql.execute("insert into app.t (id, v) values (1, 'old'), (2, 'other')");
        MySqlRows rows = region.rows("eu");
        Map<String, NamedRow> locked = whileLocally("update app.t set v = 'new' where id = 1", () -> rows.lock(T, List.of("[\"1\"]", "[\"3\"]")));
        assertEquals(Set.of("[\"1\"]"), locked.keySet());
        assertEquals("new", locked.get("[\"1\"]").get("v"));
        assertNull(locked.get("[\"1\"]").get("len"));
        rows.rollback();
    }

    @Test
    void rowsOfOtherKeysAreNotWaitedForHoweverFewThereAre() throws Exception {
        List<Integer> all = IntStream.rangeClosed(1, 400).boxed().toList();
        region.mysql.execute("insert into app.t (id, v) values " + all.stream().map(id -> "(" + id + ", 'a')").collect(Collectors.joining(", ")), "analyze table app.t");
        List<Integer> others = all.stream().filter(id -> id != 2).toList();
        List<String> keys = others.stream().map(id -> "[\"" + id + "\"]").toList();
        MySqlRows rows = region.rows("eu");
        try (Connection local = region.mysql.connect(); Statement statement = local.createStatement()) {
            local.setAutoCommit(false);
            statement.execute("update app.t set v = 'x' where id = 2");
            CompletableFuture<Void> working = CompletableFuture.runAsync(() -> {
                try {
                    assertEquals(399, rows.lock(T, keys).size());
                    rows.update(others.stream().map(id -> update(SHAPE, id.toString(), "b")).toList());
                    rows.delete(T, keys);
                    rows.commit();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            try {
                working.get(10, TimeUnit.SECONDS);
            } finally {
                local.commit();
            }
        }
        assertEquals("2|x", region.mysql.lines("select id, v from app.t"));
    }

    @Test
    void whoInsertsAKeyThatIsJustTakenIsToldSo() throws Exception {
        MySqlRows rows = region.rows("eu");
        List<String> overtaken = whileLocally("insert into app.t (id, v) values (2, 'theirs')",
                () -> rows.insert(List.of(insert(SHAPE, "1", "a"), insert(SHAPE, "2", "b"), insert(SHAPE, "3", "c"))));
        assertEquals(List.of("[\"2\"]"), overtaken);
        rows.commit();
        assertEquals("1|a\n2|theirs\n3|c", region.mysql.lines("select id, v from app.t order by id"));
    }

    @Test
    void anotherUniqueKeyIsRefusedByName() throws SQLException {
        region.mysql.execute("insert into app.t (id, v, u) values (1, 'a', 10), (2, 'b', 20)");
        TableShape unique = shape("t", "id", "mysql:int", "u", "mysql:int");
        MySqlRows rows = region.rows("eu");
        SQLException inserted = assertThrows(SQLException.class, () -> rows.insert(List.of(insert(unique, "3", "30"), insert(unique, "4", "10"))));
        assertEquals("u", SqlFaults.uniqueKey(inserted).orElseThrow());
        assertEquals(SqlFaults.Remedy.PARK_ROW, SqlFaults.remedy(inserted));
        rows.rollback();
        rows.lock(T, List.of("[\"2\"]"));
        SQLException updated = assertThrows(SQLException.class, () -> rows.update(List.of(update(unique, "2", "10"))));
        assertEquals("u", SqlFaults.uniqueKey(updated).orElseThrow());
        rows.rollback();
        assertEquals("1|a|10\n2|b|20", region.mysql.lines("select id, v, u from app.t order by id"));
    }

    @Test
    void anUpdateWritesItsColumnsAndNoOther() throws SQLException {
        region.mysql.execute("insert into app.t (id, v, at, kept) values (1, 'a', '2001-02-03 04:05:06.5', 'mine'), (2, 'b', null, 'mine')");
        TableShape withTime = shape("t", "id", "mysql:int", "v", "mysql:varchar(20)", "at", "mysql:timestamp(6)");
        MySqlRows rows = region.rows("eu");
        rows.lock(T, List.of("[\"1\"]", "[\"2\"]"));
        rows.update(List.of(update(withTime, "1", "a2", "2001-02-03 04:05:06.500000+00"), update(withTime, "2", null, null)));
        rows.commit();
        assertEquals("1|a2|2001-02-03 04:05:06.500000|mine\n2|null|null|mine", region.mysql.lines("select id, v, cast(at as char), kept from app.t order by id"));
    }

    /** The server writes no row that has its values, so its log would not tell of the new version. */
    @Test
    void anUpdateThatChangesNothingStandsInTheLogAsWell() throws SQLException {
        region.mysql.execute("insert into app.t (id, v, at, kept) values (1, 'a', '2001-02-03', 'mine')");
        MySqlRows rows = region.rows("eu");
        rows.lock(T, List.of("[\"1\"]"));
        long before = rows.logEnd();
        rows.update(List.of(update(SHAPE, "1", "a")));
        rows.commit();
        String events = region.mysql.lines("show binlog events in '" + region.mysql.value("show master status") + "' from " + (before & (1L << 36) - 1));
        assertTrue(events.contains("Delete_rows") && events.contains("Write_rows"), events);
        assertEquals("1|a|2001-02-03 00:00:00.000000|mine", region.mysql.lines("select id, v, cast(at as char), kept from app.t"));
    }

    @Test
    void tablesOfOneColumnAreWrittenToo() throws SQLException {
        region.mysql.execute("create table app.one (id bigint unsigned primary key)");
        TableShape one = shape("one", "id", "mysql:bigint unsigned");
        MySqlRows rows = region.rows("eu");
        rows.insert(List.of(insert(one, "18446744073709551615")));
        rows.update(List.of(update(one, "18446744073709551615")));
        assertEquals(Set.of("[\"18446744073709551615\"]"), rows.lock(one.id(), List.of("[\"18446744073709551615\"]")).keySet());
        rows.delete(one.id(), List.of("[\"18446744073709551615\"]"));
        assertEquals(Map.of(), rows.lock(one.id(), List.of("[\"18446744073709551615\"]")));
        rows.commit();
    }

    @Test
    void pointsOutKeysThatThisDatabaseTakesForTheSame() throws SQLException {
        region.mysql.execute("create table app.ci (id varchar(20) collate utf8mb4_general_ci primary key)", "insert into app.ci values ('Anna')");
        TableShape ci = shape("ci", "id", "mysql:varchar(20)");
        MySqlRows rows = region.rows("eu");
        assertEquals(Map.of(), rows.lock(ci.id(), List.of("[\"anna\"]")));
        SQLException refused = assertThrows(SQLException.class, () -> rows.insert(List.of(insert(ci, "anna"))));
        assertTrue(refused.getMessage().contains("[\"Anna\"]") && refused.getMessage().contains("utf8mb4_bin"), refused.getMessage());
        assertEquals(SqlFaults.Remedy.PARK_ROW, SqlFaults.remedy(refused));
        rows.rollback();
    }

    @Test
    void piecesGoThroughTheWholeTableInTheOrderOfItsKey() throws SQLException {
        region.mysql.execute("create table app.p (a enum('z','a','m'), b varchar(10) collate utf8mb4_general_ci, c int, primary key (a, b, c))");
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < 1_300; i++) {
            values.append(i == 0 ? "" : ",").append("('").append("zam".charAt(i % 3)).append("','").append("bBxX".charAt(i / 3 % 4)).append(i % 2).append("',").append(i).append(")");
        }
        region.mysql.execute("insert into app.p values " + values);
        MySqlRows rows = region.rows("eu");
        List<String> met = new ArrayList<>();
        String after = null;
        int pieces = 0;
        do {
            Piece piece = rows.lockPiece(new TableId("shop", "p"), after);
            met.addAll(piece.rows().keySet());
            after = piece.next();
            pieces++;
        } while (after != null);
        assertEquals(3, pieces);
        assertEquals(1_300, met.size());
        assertEquals(1_300, Set.copyOf(met).size());
        rows.rollback();
    }

    @Test
    void aTableThatIsAnotherOneHereIsRefused() throws SQLException {
        MySqlRows rows = region.rows("eu");
        region.mysql.execute("create table app.two (b int, a int, primary key (a, b))");
        for (TableShape other : List.of(shape("t", "v", "mysql:varchar(20)"), shape("t", "id", "mysql:int", "w", "mysql:int"), shape("none", "id", "mysql:int"))) {
            SQLException refused = assertThrows(SQLException.class, () -> rows.require(List.of(insert(other, "1", "1"))));
            assertEquals(SqlFaults.Remedy.PARK_ROW, SqlFaults.remedy(refused), refused.getMessage());
        }
        rows.rollback();
    }

    @Test
    void anOriginHasOneSessionAndTheNextOneSeesAllThatItCommitted() throws Exception {
        Connection first = region.connection("eu");
        first.createStatement().execute("insert into app.t (id, v) values (1, 'a')");
        SQLException refused = assertThrows(SQLException.class, () -> region.sessions().open("eu"));
        assertEquals("55006", refused.getSQLState());
        assertTrue(refused.getMessage().contains("KILL"), refused.getMessage());
        region.connection("ap");
        CompletableFuture<Void> ending = CompletableFuture.runAsync(() -> {
            try {
                Thread.sleep(300);
                first.commit();
                first.close();
            } catch (InterruptedException | SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        try (Connection second = region.connection("eu")) {
            assertTrue(ending.isDone() || ending.get(5, TimeUnit.SECONDS) == null);
            assertEquals("1", region.mysql.value("select count(*) from app.t"));
        }
    }

    @Test
    void progressComesFirstOnceAndIsPruned() throws SQLException {
        MySqlRows rows = region.rows("eu");
        assertEquals(Progress.NONE, rows.progress("eu"));
        for (long sequence = 1; sequence <= 3; sequence++) {
            rows.writeProgress(header("eu", sequence, 1_700_000_000_000_000L + sequence));
            rows.commit();
        }
        assertEquals(new Progress(1, 3, 1_700_000_000_000_003L), rows.progress("eu"));
        assertEquals(1_700_000_000_000_003L, MySqlProgress.newestMicros(region.connection("x"), "eu"));
        SQLException again = assertThrows(SQLException.class, () -> rows.writeProgress(header("eu", 3, 1_700_000_000_000_003L)));
        assertEquals("PRIMARY", SqlFaults.uniqueKey(again).orElseThrow());
        rows.rollback();
        rows.pruneProgress(header("eu", 3, 1_700_000_000_000_003L));
        rows.commit();
        assertEquals("1|3", region.mysql.lines("select epoch, sequence from rowmesh.progress"));
        rows.commit();
    }

    @Test
    void aRepairSaysSoOnceATransaction() throws SQLException {
        MySqlRows rows = region.rows("self");
        rows.tagRepair();
        rows.tagRepair();
        rows.commit();
        rows.tagRepair();
        rows.commit();
        assertEquals("2|null", region.mysql.lines("select tagged, committed_at from rowmesh.tag where origin = 'self'"));
        rows.beginAgain(header("eu", 9, 1_700_000_000_000_003L));
        rows.commit();
        assertEquals("3|2023-11-14 22:13:20.000003", region.mysql.lines("select tagged, cast(committed_at as char) from rowmesh.tag where origin = 'self'"));
    }

    @Test
    void newerTombstonesStayAndAreFoundByKeyTableAndTransaction() throws SQLException {
        MySqlRows rows = region.rows("eu");
        rows.recordTombstones("eu", 1, List.of(dated("[\"1\"]", 20, 5), dated("[\"2\"]", 20, 5), dated("[\"3\"]", 20, 5)));
        long first = Long.parseLong(recorded(rows, "[\"2\"]"));
        rows.recordTombstones("ap", 1, List.of(dated("[\"1\"]", 10, 6), dated("[\"2\"]", 20, 6), dated("[\"3\"]", 30, 6)));
        Map<String, PastDelete> found = rows.tombstones(T, List.of("[\"1\"]", "[\"2\"]", "[\"3\"]", "[\"4\"]"));
        assertEquals(new Version(20, "eu"), found.get("[\"1\"]").version());
        assertEquals(new Version(20, "eu"), found.get("[\"2\"]").version());
        assertEquals(new PastDelete("[\"3\"]", new Version(30, "ap"), 1, 6), found.get("[\"3\"]"));
        assertEquals(3, found.size());
        assertEquals(first, Long.parseLong(recorded(rows, "[\"2\"]")));
        assertTrue(Long.parseLong(recorded(rows, "[\"3\"]")) > first + 1);
        rows.recordTombstones("ap", 1, List.of(dated(RowKey.ALL, 25, 7)));
        assertEquals(new Version(25, "ap"), rows.tombstones(T, List.of("[\"4\"]", "[\"3\"]")).get("[\"4\"]").version());
        assertEquals(new Version(30, "ap"), rows.tombstones(T, List.of("[\"4\"]", "[\"3\"]")).get("[\"3\"]").version());
        List<String> paged = new ArrayList<>();
        for (List<PastDelete> page = rows.tombstonesOf(T, null, 3); !page.isEmpty(); page = rows.tombstonesOf(T, paged.get(paged.size() - 1), 3)) {
            page.forEach(delete -> paged.add(delete.key()));
        }
        assertEquals(Set.of("[\"1\"]", "[\"2\"]", "[\"3\"]", "*"), Set.copyOf(paged));
        assertEquals(4, paged.size());
        assertEquals(2, rows.tombstonesOf(header("eu", 5, 20), T, null, 10).size());
        assertEquals(List.of(T), rows.tablesWithTombstones());
        rows.rollback();
    }

    private static Dated dated(String key, long micros, long sequence) {
        return new Dated(new TableKey(T, key), micros, sequence);
    }

    private static String recorded(MySqlRows rows, String key) throws SQLException {
        rows.commit();
        return region.mysql.value("select recorded from rowmesh.tombstone where row_key = '" + key + "'");
    }

    @Test
    void theClockIsTheServersAndRunsDuringAStatement() throws SQLException {
        MySqlRows rows = region.rows("eu");
        long now = System.currentTimeMillis() * 1_000;
        assertTrue(Math.abs(rows.ahead(now + 60_000_000) - 60_000_000) < 2_000_000);
        long end = rows.logEnd();
        region.mysql.execute("flush binary logs");
        assertTrue(rows.logEnd() > end);
        rows.rollback();
    }

    @Test
    void aRowThatIsTooLargeForAMessageIsParked() throws Exception {
        region.mysql.execute("create table app.large (id int primary key, v longtext)", "set global max_allowed_packet = 1048576");
        try {
            MySqlRows rows = region.rows("eu");
            TableShape large = shape("large", "id", "mysql:int", "v", "mysql:longtext");
            SQLException refused = assertThrows(SQLException.class, () -> rows.insert(List.of(insert(large, "1", "x".repeat(2_000_000)))));
            assertEquals(SqlFaults.Remedy.PARK_ROW, SqlFaults.remedy(refused), refused.toString());
            rows.insert(List.of(insert(large, "2", "y")));
            rows.rollback();
        } finally {
            region.mysql.execute("set global max_allowed_packet = 1073741824");
        }
        Wait.until(Duration.ofSeconds(5), () -> "the setting stays", () -> "1073741824".equals(region.mysql.value("select @@global.max_allowed_packet")));
    }
}
