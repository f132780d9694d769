package io.rowmesh.applier.write;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

/** Lanes over a real MySQL, judging by what its log says. */
class MySqlLanesTest {

    private static final TableId T = new TableId("shop", "t");
    private static final TableShape SHAPE = new TableShape(T, List.of(new Column("id", "mysql:int", true), new Column("v", "mysql:varchar(20)", false),
            new Column("u", "mysql:int", false)));

    private static TestingMySql mysql;
    private TestingMySqlLanes us;

    @BeforeAll
    static void start(@TempDir Path directory) {
        mysql = TestingMySql.start(directory);
        MySqlControl.migrate(TestingMySqlLanes.dataSource(mysql));
    }

    @AfterAll
    static void stop() {
        mysql.close();
    }

    @BeforeEach
    void open(@TempDir Path directory) throws SQLException {
        mysql.execute("drop table if exists app.t", "create table app.t (id int primary key, v varchar(20), u int unique)", "delete from rowmesh.progress",
                "delete from rowmesh.tombstone", "delete from rowmesh.parked", "delete from rowmesh.conflict");
        us = new TestingMySqlLanes(mysql, directory, Set.of(T));
    }

    @AfterEach
    void close() throws SQLException {
        us.close();
    }

    private static RowChange insert(int id, String v, Integer u) {
        return new RowChange.Insert(SHAPE, row(id, v, u));
    }

    private static RowChange update(int id, String v) {
        return new RowChange.Update(SHAPE, null, row(id, v, null));
    }

    private static RowChange delete(int id) {
        return new RowChange.Delete(SHAPE, SHAPE.keyOnly(Integer.toString(id)));
    }

    private static Row row(int id, String v, Integer u) {
        return new Row(Integer.toString(id), v, u == null ? null : u.toString());
    }

    private static String key(int id) {
        return "[\"" + id + "\"]";
    }

    private static String rows() {
        return mysql.lines("select id, v from app.t order by id");
    }

    @Test
    void theNewerVersionWinsWhereverItWasWritten() throws SQLException {
        long now = us.clock();
        us.apply("eu", now, insert(1, "eu", null));
        assertEquals(0, us.apply("ap", now - 1, update(1, "older")).applied);
        assertEquals(1, us.apply("ap", now + 1, update(1, "newer")).applied);
        assertEquals(new Version(now + 1, "ap"), us.version(T, key(1)));
        mysql.execute("update app.t set v = 'user' where id = 1");
        assertEquals(0, us.apply("eu", now + 2, update(1, "before the user")).applied);
        long later = us.clock();
        assertEquals(1, us.apply("eu", later, update(1, "after the user")).applied);
        assertEquals("1|after the user", rows());
        assertEquals(new Version(later, "eu"), us.version(T, key(1)));
    }

    @Test
    void aNewerVersionOfTheSameValuesCounts() throws SQLException {
        long now = us.clock();
        us.apply("eu", now, insert(1, "a", null));
        assertEquals(1, us.apply("ap", now + 20, update(1, "a")).applied);
        assertEquals(0, us.apply("eu", now + 10, update(1, "b")).applied);
        assertEquals("1|a", rows());
    }

    @Test
    void whoeverHasTheRowIsWaitedForAndJudged() throws Exception {
        long now = us.clock();
        us.apply("eu", now, insert(1, "a", null));
        whileLocally("update app.t set v = 'user' where id = 1", () -> us.apply("eu", now + 1, update(1, "eu")));
        assertEquals("1|user", rows());
        whileLocally("insert into app.t (id, v) values (2, 'user')", () -> us.apply("eu", now + 2, insert(2, "eu", null)));
        assertEquals("1|user\n2|user", rows());
        assertEquals("us", us.version(T, key(2)).origin());
    }

    private static void whileLocally(String sql, TestingLanes.Work work) throws Exception {
        try (Connection local = mysql.connect(); Statement statement = local.createStatement()) {
            local.setAutoCommit(false);
            statement.execute(sql);
            CompletableFuture<Void> waiting = TestingLanes.inBackground(work);
            Thread.sleep(300);
            assertFalse(waiting.isDone());
            local.commit();
            waiting.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void deletesStayDeleted() throws SQLException {
        long now = us.clock();
        us.apply("eu", now, insert(1, "a", null));
        us.apply("ap", now + 10, delete(1), delete(2));
        assertEquals(0, us.apply("eu", now + 5, update(1, "late"), insert(2, "late", null)).applied);
        assertEquals("", rows());
        assertEquals(2, us.apply("eu", now + 20, insert(1, "new", null), insert(2, "new", null)).applied);
        assertEquals("1|new\n2|new", rows());
        us.apply("ap", now + 30, new RowChange.Truncate(SHAPE));
        assertEquals(0, us.apply("eu", now + 25, insert(3, "late", null)).applied);
        assertEquals("", rows());
    }

    @Test
    void aLocalDeleteIsKeptAgainstWhatIsOlder() throws SQLException {
        long now = us.clock();
        us.apply("eu", now, insert(1, "a", null), insert(2, "b", null));
        mysql.execute("delete from app.t where id = 1");
        long deleted = us.clock();
        // What slips in before the capture has met the delete.
        us.apply("ap", now + 1, insert(1, "ap", null));
        assertEquals("1|ap\n2|b", rows());
        us.localWrites.onRows(new Version(deleted, "us"), 1, 1, 0, List.of(delete(1)));
        us.localWrites.beforeSync();
        assertEquals("2|b", rows());
        assertEquals(0, us.apply("eu", now + 2, insert(1, "eu", null)).applied);
        us.localWrites.close();
        us.localWrites.start();
        assertEquals("2|b", rows());
    }

    @Test
    void whatIsRefusedIsParkedAndAppliedAgainWithItsOwnVersion() throws SQLException {
        long now = us.clock();
        us.apply("eu", now, insert(1, "a", 10));
        Outcome outcome = us.apply("ap", now + 1, insert(2, "b", 10), insert(3, "c", null));
        assertEquals(1, outcome.parked);
        assertEquals(1, us.apply("ap", now + 2, update(2, "waits")).parked);
        assertEquals("1|a\n3|c", rows());
        mysql.execute("update app.t set u = null where id = 1", "update rowmesh.parked set retry_requested_at = utc_timestamp(6)");
        List<Outcome> done = new ArrayList<>();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!mysql.value("select count(*) from rowmesh.parked").equals("0") && System.nanoTime() < until) {
            us.lane("ap").retryParked(done::add);
        }
        assertEquals("1|a\n2|waits\n3|c", rows());
        assertEquals(new Version(now + 2, "ap"), us.version(T, key(2)));
        assertEquals("2", mysql.value("select count(*) from rowmesh.conflict where decision = 'retried'"));
    }

    @Test
    void groupsOfManyRowsAndTransactionsInPieces() throws SQLException {
        long now = us.clock();
        us.apply("eu", now, IntStream.range(0, 1_500).mapToObj(i -> insert(i, "v" + i, i)).toArray(RowChange[]::new));
        assertEquals("1500|1500", mysql.lines("select count(*), count(distinct u) from app.t"));
        us.apply("ap", now + 1, IntStream.range(0, 1_500).mapToObj(i -> update(i, "w" + i % 2)).toArray(RowChange[]::new));
        assertEquals("750|750", mysql.lines("select sum(v = 'w0'), sum(v = 'w1') from app.t"));
        us.apply("eu", now + 2, IntStream.range(0, 1_499).mapToObj(MySqlLanesTest::delete).toArray(RowChange[]::new));
        assertEquals("1499|w1", rows());
    }

    @Test
    void whatIsCommittedIsDurableAndTheNextLaneGoesOnBehindIt() throws SQLException {
        long now = us.clock();
        assertNull(us.lane("eu").newlyDurable());
        us.apply("eu", now, insert(1, "a", null));
        assertNotNull(us.lane("eu").newlyDurable());
        assertFalse(us.lane("eu").waitsForDisk());
        assertEquals(new Progress(1, 1, now), us.reconnect("eu").progress());
        us.apply("eu", now + 1, update(1, "b"));
        assertEquals(new Progress(1, 2, now + 1), us.lane("ap").progressOf("eu"));
    }

    @Test
    void changesOfPostgresBecomeChangesOfTheLocalTable() throws SQLException {
        TableShape theirs = new TableShape(T, List.of(new Column("v", "character varying(30)", false), new Column("id", "integer", true)));
        long now = us.clock();
        assertEquals(1, us.apply("eu", now, new RowChange.Insert(theirs, new Row("eu", "1"))).applied);
        assertEquals(1, us.apply("eu", now + 1, new RowChange.Update(theirs, null, new Row("x".repeat(30), "1")), new RowChange.Insert(theirs, new Row("ok", "2"))).parked);
        assertEquals("1|eu\n2|ok", rows());
        assertEquals(1, us.apply("ap", now + 2, new RowChange.Delete(theirs, theirs.keyOnly("2"))).applied);
        assertEquals("1|eu", rows());
        assertEquals(0, us.apply("eu", now + 1, insert(2, "late", null)).applied);
    }
}
