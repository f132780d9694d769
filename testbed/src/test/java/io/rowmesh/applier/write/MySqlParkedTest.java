package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.history.RowJson;
import io.rowmesh.applier.mysql.MySqlDatabase;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import com.mysql.cj.jdbc.MysqlDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is parked in a MySQL region, and how a person settles it. */
class MySqlParkedTest {

    private static final TableShape T = new TableShape(new TableId("app", "t"), List.of(new Column("id", "mysql:int", true),
            new Column("v", "mysql:varchar(20)", false), new Column("w", "mysql:int", false)));
    private static final LocalDatabase APP = new MySqlDatabase(new MySqlNames("app", "app"));
    private static final SQLException BAD = new SQLException("the row is bad", "22001");
    private static final ApplierOptions OPTIONS = new ApplierOptions("us", Set.of("eu"), table -> true, Duration.ofSeconds(5));
    private static final long MICROS = 1_700_000_000_123_456L;

    @TempDir
    static Path directory;
    private static TestingMySql mysql;

    @BeforeAll
    static void start() {
        mysql = TestingMySql.start(directory);
        MysqlDataSource source = new MysqlDataSource();
        source.setUrl(mysql.jdbcUrl());
        MySqlControl.migrate(source);
    }

    @AfterAll
    static void stop() {
        mysql.close();
    }

    @BeforeEach
    void empty() {
        mysql.execute("truncate rowmesh.parked", "truncate rowmesh.conflict", "drop table if exists t",
                "create table t (id int primary key, v varchar(20) not null, w int unique default 5, twice int generated always as (w * 2))");
    }

    private interface Work {
        void run(Connection connection, ParkedRows parked) throws SQLException;
    }

    /** In a session like a lane's. */
    private static void lane(Work work) throws SQLException {
        try (Connection connection = mysql.connect()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            connection.setAutoCommit(false);
            work.run(connection, parked(connection));
            connection.commit();
        }
    }

    private static ParkedRows parked(Connection connection) throws SQLException {
        return ParkedRows.load(connection, new RowJson((table, column) -> column.equals("w"), "salt"), change -> change instanceof RowChange.Truncate
                ? Optional.empty() : APP.rows(connection, change.table().id()).read(List.of(LookAgain.keyTexts(change)))
                        .map(row -> new StoredRows.Stored(row.row(), new Version(MICROS, "us"))));
    }

    private static TransactionHeader header(long sequence) {
        return new TransactionHeader("eu", 2, sequence, MICROS + sequence, 0, 1, 1, List.of(), false);
    }

    private static RowChange update(int id, String v, String w) {
        return new RowChange.Update(T, null, new Row(Integer.toString(id), v, w));
    }

    private static RowChange delete(int id, String v) {
        return new RowChange.Delete(T, new Row(Integer.toString(id), v, null));
    }

    private static void park(long sequence, RowChange change, SQLException cause) throws SQLException {
        lane((connection, parked) -> parked.park(header(sequence), change, cause));
    }

    private static Settlement.Result settle(long id, Settlement.With with) throws SQLException {
        try (Connection connection = mysql.connect()) {
            return Settlement.settle(connection, APP, OPTIONS, id, with);
        }
    }

    private static Settlement.With values(String... columnsAndTexts) {
        Map<String, String> texts = new HashMap<>();
        for (int i = 0; i < columnsAndTexts.length; i += 2) {
            texts.put(columnsAndTexts[i], columnsAndTexts[i + 1]);
        }
        return new Settlement.With.Values(texts);
    }

    private static long only() {
        return Long.parseLong(mysql.value("select min(parked_id) from rowmesh.parked"));
    }

    @Test
    void aParkedChangeIsKeptWholeAndBlocksLaterOnesOfItsKeyOnly() throws SQLException {
        mysql.execute("insert into t (id, v, w) values (1, 'é', 7)");
        lane((connection, parked) -> {
            assertFalse(parked.blocks(update(1, "b", "8")));
            parked.park(header(10), update(1, "b", "8"), BAD);
            assertTrue(parked.blocks(update(1, "c", "8")));
            assertFalse(parked.blocks(update(2, "c", "8")));
            parked.park(header(11), update(1, "c", "9"), SqlFaults.waitsBehindParked());
        });
        assertEquals("eu|2|10|app|t|[\"1\"]|update|2023-11-14 22:13:20.123466|22001|the row is bad|2023-11-14 22:13:20.123456|us|null",
                mysql.lines("select origin, epoch, sequence, table_schema, table_name, row_key, kind, cast(committed_at as char), `sqlstate`, reason,"
                        + " cast(stored_at as char), stored_origin, waits_for from rowmesh.parked order by parked_id limit 1"));
        assertEquals("{\"id\": \"1\", \"v\": \"é\", \"w\": ", mysql.value("select left(stored_row, 27) from rowmesh.parked limit 1"));
        assertEquals("0", mysql.value("select count(*) from rowmesh.parked where incoming_row like '%\"8\"%' or stored_row like '%\"7\"%'"));
        assertEquals("55000|1", mysql.lines("select `sqlstate`, waits_for = (select min(parked_id) from rowmesh.parked) from rowmesh.parked order by parked_id desc limit 1"));
        lane((connection, parked) -> {
            assertTrue(parked.blocks(update(1, "d", "8")));
            assertTrue(parked.any());
            connection.createStatement().execute("delete from rowmesh.parked");
            assertFalse(parked.blocks(update(1, "d", "8")));
            assertFalse(parked.any());
        });
    }

    @Test
    void aTruncateBlocksItsTableAndAKeyOfAnyLengthIsFound() throws SQLException {
        TableShape texts = new TableShape(new TableId("app", "long"), List.of(new Column("k", "mysql:varchar(9000)", true)));
        String text = "é".repeat(8_000);
        RowChange one = new RowChange.Insert(texts, new Row(text + "1"));
        lane((connection, parked) -> {
            parked.park(header(1), one, BAD);
            assertTrue(parked.blocks(one));
            assertFalse(parked.blocks(new RowChange.Insert(texts, new Row(text + "2"))));
            parked.park(header(2), new RowChange.Truncate(T), BAD);
            assertTrue(parked.blocks(update(77, "x", null)));
            parked.park(header(3), update(77, "x", null), SqlFaults.waitsBehindParked());
        });
        assertEquals("1", mysql.value("select count(*) from rowmesh.parked p join rowmesh.parked h on p.waits_for = h.parked_id and h.kind = 'truncate'"));
        lane((connection, parked) -> {
            assertEquals(List.of(1L), parked.take(TableKey.of(one)).stream().map(taken -> taken.header().sequence()).toList());
            assertEquals(List.of(2L, 3L), parked.take(new TableKey(T.id(), "*")).stream().map(taken -> taken.header().sequence()).toList());
        });
        assertEquals("0", mysql.value("select count(*) from rowmesh.parked"));
    }

    @Test
    void whatWasNotCommittedWhenTheServerDiedIsNotParkedAndTheRestIs() throws SQLException {
        park(1, update(1, "a", null), BAD);
        try (Connection connection = mysql.connect()) {
            connection.setAutoCommit(false);
            parked(connection).park(header(2), update(2, "a", null), BAD);
            mysql.kill();
            mysql.start();
        } catch (SQLException e) {
            assertTrue(e.getMessage().contains("link"), e.getMessage());
        }
        lane((connection, parked) -> {
            assertTrue(parked.blocks(update(1, "b", null)));
            assertFalse(parked.blocks(update(2, "b", null)));
        });
    }

    @Test
    void settledWithTheLocalRowItIsWrittenAnewIntoTheLogAsItIs() throws SQLException {
        mysql.execute("insert into t (id, v, w) values (1, 'kept', null)");
        park(1, update(1, "b", "8"), BAD);
        park(2, update(1, "c", "8"), SqlFaults.waitsBehindParked());
        long id = only();
        mysql.execute("flush binary logs");
        Settlement.Result result = settle(id, new Settlement.With.Local());
        assertEquals("settled 2 parked changes of app.t [\"1\"]: with the row of this region, which goes to the others as a new write", result.sentence());
        assertEquals(2, result.entries());
        assertEquals("1|kept|null|null", mysql.lines("select * from t"));
        assertEquals(List.of("Delete_rows app.t", "Write_rows app.t"), rowsInTheLog().subList(0, 2));
        assertEquals("0", mysql.value("select count(*) from rowmesh.parked"));
        assertEquals("2|settled|" + id, mysql.lines("select count(*), min(decision), min(parked_id) from rowmesh.conflict"));
        String again = settle(id, new Settlement.With.Local()).sentence();
        assertTrue(again.matches("entry " + id + " is not parked any more: it was settled at 2\\d{3}-\\S+ \\S+\\+00 \\(with the row .*\\)"), again);
    }

    /** Of the newest log, in order, and what they are of: what is settled is a local write, so the first one is no tag. */
    private static List<String> rowsInTheLog() {
        List<String> found = new ArrayList<>();
        String table = "";
        for (List<String> event : mysql.query("show binlog events in '" + mysql.query("show master status").get(0).get(0) + "'")) {
            table = event.get(2).equals("Table_map") ? event.get(5).replaceAll(".*\\((.*)\\)", "$1") : table;
            if (event.get(2).endsWith("_rows")) {
                found.add(event.get(2) + " " + table);
            }
        }
        return found;
    }

    @Test
    void settledWithTheRemoteRowOrAFile() throws SQLException {
        mysql.execute("insert into t (id, v, w) values (1, 'a', 1), (2, 'a', 2), (3, 'a', 3)");
        park(1, update(1, "b", "8"), BAD);
        park(2, update(1, "c", "9"), SqlFaults.waitsBehindParked());
        assertEquals("settled 2 parked changes of app.t [\"1\"]: with the row of eu, the row was updated", settle(only(), new Settlement.With.Remote()).sentence());
        park(3, update(2, "b", "8"), BAD);
        assertEquals("the row was updated", did(settle(only(), values("v", "file"))));
        park(4, delete(3, "a"), BAD);
        assertEquals("with the row of eu, the row was deleted", did(settle(only(), new Settlement.With.Remote())));
        park(5, update(4, "d", "4"), BAD);
        assertEquals("with the row of eu, the row was inserted", did(settle(only(), new Settlement.With.Remote())));
        park(6, update(4, "d", "4"), BAD);
        mysql.execute("flush binary logs");
        assertEquals("with the row of eu, the row was updated", did(settle(only(), new Settlement.With.Remote())), "which is the same");
        assertEquals(List.of("Delete_rows app.t", "Write_rows app.t"), rowsInTheLog().subList(0, 2));
        assertEquals("1|c|9|18\n2|file|2|4\n4|d|4|8", mysql.lines("select * from t order by id"));
    }

    private static String did(Settlement.Result result) {
        return result.sentence().replaceAll("^[^:]*: ", "");
    }

    @Test
    void settledWithNoRowADeleteOfItIsInTheLog() throws SQLException {
        mysql.execute("insert into t (id, v, w) values (5, 'here', 8)");
        park(1, update(6, "b", "8"), new SQLException("Duplicate entry '8' for key 'w'", "23000"));
        mysql.execute("flush binary logs");
        assertEquals("with no row, as none stands here; it is deleted in the other regions", did(settle(only(), new Settlement.With.Local())));
        assertEquals(List.of("Write_rows app.t", "Delete_rows app.t"), rowsInTheLog().subList(0, 2));
        assertEquals("5|here|8|16", mysql.lines("select * from t"));
        park(2, delete(6, "b"), BAD);
        String refused = assertThrows(IllegalStateException.class, () -> settle(only(), new Settlement.With.Local())).getMessage();
        assertTrue(refused.contains("'rowmesh parked retry " + only() + "' is enough"), refused);
        assertEquals("1", mysql.value("select count(*) from rowmesh.parked"));
    }

    @Test
    void whatCannotBeSettledSoChangesNothing() throws SQLException {
        mysql.execute("insert into t (id, v, w) values (1, 'a', 1), (2, 'a', 8)");
        park(1, update(1, "b", "8"), BAD);
        assertThrows(SQLException.class, () -> settle(only(), new Settlement.With.Remote()), "the cause is not mended");
        assertThrows(SQLException.class, () -> settle(only(), values("w", "1.5")), "it would be rounded");
        assertTrue(assertThrows(IllegalStateException.class, () -> settle(only(), values("id", "2"))).getMessage().contains("another key"));
        assertTrue(assertThrows(IllegalStateException.class, () -> settle(only(), values("x", "2"))).getMessage().contains("has no column \"x\" here"));
        assertTrue(assertThrows(IllegalStateException.class, () -> settle(777, new Settlement.With.Remote())).getMessage().contains("there is no parked entry 777"));
        assertEquals("1|a|1|2\n2|a|8|16", mysql.lines("select * from t order by id"));
        assertEquals("1|0", mysql.lines("select (select count(*) from rowmesh.parked), (select count(*) from rowmesh.conflict)"));
    }

    @Test
    void settlingWaitsForWhoeverIsWritingTheRow() throws Exception {
        mysql.execute("insert into t (id, v, w) values (1, 'a', 1)");
        park(1, update(1, "b", "8"), BAD);
        long id = only();
        try (Connection user = mysql.connect()) {
            user.setAutoCommit(false);
            user.createStatement().execute("update t set v = 'user' where id = 1");
            CompletableFuture<Void> settling = TestingLanes.inBackground(() -> settle(id, values("w", "2")));
            Thread.sleep(300);
            assertFalse(settling.isDone());
            user.commit();
            settling.get(10, TimeUnit.SECONDS);
        }
        assertEquals("1|user|2|4", mysql.lines("select * from t"));
        assertTrue(mysql.value("select stored_row from rowmesh.conflict").contains("\"user\""));
    }
}
