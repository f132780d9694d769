package io.rowmesh.applier.write;

import io.rowmesh.applier.locking.RowVersions;
import io.rowmesh.applier.mysql.MySqlRegion;
import io.rowmesh.applier.mysql.MySqlSession;
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
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A lane of a MySQL region parks what cannot be applied, and applies it again once the cause is mended. */
class MySqlRetryTest {

    private static final TableShape T = new TableShape(new TableId("app", "t"), List.of(new Column("id", "mysql:int", true), new Column("v", "mysql:varchar(20)", false)));
    private static final ApplierOptions OPTIONS = new ApplierOptions("us", Set.of("eu"), table -> true, Duration.ofSeconds(5));

    @TempDir
    static Path directory;
    private static TestingMySql mysql;

    private final long start = Micros.now();
    private final Versions versions = new Versions();
    private LaneWriter lane;
    private long sequence;

    /** What a test says of rows' versions. */
    private static final class Versions implements RowVersions {

        private final Map<TableKey, Version> known = new ConcurrentHashMap<>();

        @Override
        public void await(long position) {
        }

        @Override
        public Version of(TableKey key) {
            return known.get(key);
        }

        @Override
        public long sinceMicros(TableId table) {
            return 0;
        }
    }

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
    void connect() throws SQLException {
        mysql.execute("drop table if exists t", "create table t (id int primary key, v varchar(10))", "truncate rowmesh.parked", "truncate rowmesh.conflict",
                "truncate rowmesh.progress", "truncate rowmesh.tombstone");
        lane = newLane();
    }

    @AfterEach
    void disconnect() throws SQLException {
        lane.close();
    }

    private LaneWriter newLane() throws SQLException {
        MySqlRegion region = new MySqlRegion(new MySqlSession(mysql.jdbcUrl(), new Properties(), "app"), new MySqlNames("app", "app"), server -> versions,
                (file, offset) -> Long.parseLong(file.substring(file.lastIndexOf('.') + 1)) << 36 | offset, () -> Long.MAX_VALUE);
        return LaneWriter.connect("eu", region, OPTIONS, new KeyLocks(), new TombstoneIndex(), new AppliedMarks());
    }

    private Outcome apply(long micros, RowChange... changes) throws SQLException {
        sequence++;
        return lane.apply(new TransactionHeader("eu", 1, sequence, micros, sequence, changes.length, 1, List.of(), false), List.of(changes));
    }

    private static RowChange insert(int id, String v) {
        return new RowChange.Insert(T, new Row(Integer.toString(id), v));
    }

    private static RowChange update(int id, String v) {
        return new RowChange.Update(T, null, new Row(Integer.toString(id), v));
    }

    private static RowChange delete(int id) {
        return new RowChange.Delete(T, new Row(Integer.toString(id), null));
    }

    private static String parked() {
        return mysql.lines("select row_key, kind, `sqlstate`, waits_for is not null, retry_requested_at is not null, retried_at is not null"
                + " from rowmesh.parked order by parked_id");
    }

    private void retry() throws SQLException, InterruptedException {
        Thread.sleep(550);
        lane.retryParked(outcome -> { });
    }

    private static void request() {
        mysql.execute("update rowmesh.parked set retry_requested_at = utc_timestamp(6)");
    }

    @Test
    void whatIsRefusedWaitsWithItsLaterChangesAndIsAppliedInOrderOnceTheColumnIsWide() throws Exception {
        assertEquals(1, apply(start, insert(1, "much too long"), insert(2, "fits")).parked);
        assertEquals(1, apply(start + 1, update(1, "x"), update(2, "y")).parked);
        assertEquals(1, apply(start + 2, update(1, "last one, long")).parked);
        assertEquals("2|y", mysql.lines("select * from t"));
        assertEquals("[\"1\"]|insert|22000|0|0|0\n[\"1\"]|update|55000|1|0|0\n[\"1\"]|update|55000|1|0|0", parked());
        retry();
        assertEquals("3", mysql.value("select count(*) from rowmesh.parked"), "nobody has asked");

        mysql.execute("flush binary logs");
        request();
        retry();
        assertEquals(List.of("rowmesh.parked", "rowmesh.tag"), firstTables());
        assertEquals("[\"1\"]|insert|22000|0|0|1\n[\"1\"]|update|55000|1|0|1\n[\"1\"]|update|55000|1|0|1", parked());
        assertTrue(mysql.value("select reason from rowmesh.parked limit 1").contains("longer than"));

        mysql.execute("alter table t modify v varchar(20)", "flush binary logs");
        request();
        retry();
        assertEquals("", parked());
        assertEquals("1|last one, long\n2|y", mysql.lines("select * from t order by id"));
        assertEquals("3|it was written|it was written", mysql.lines("select count(*), min(note), max(note) from rowmesh.conflict where decision = 'retried'"));
        assertEquals(List.of("rowmesh.parked", "rowmesh.tag", "rowmesh.tag", "rowmesh.tag"), firstTables(), "after the request");
        assertEquals(Long.toString(start + 2), mysql.value("select timestampdiff(microsecond, '1970-01-01', committed_at) from rowmesh.tag where origin = 'eu'"));
        apply(start + 3, update(1, "flows"));
        assertEquals("flows", mysql.value("select v from t where id = 1"));
    }

    /** Of each transaction of the newest log. */
    private static List<String> firstTables() {
        List<String> events = mysql.query("show binlog events in '" + mysql.query("show master status").get(0).get(0) + "'").stream().map(event -> event.get(5)).toList();
        return IntStream.range(0, events.size() - 1).filter(i -> events.get(i).equals("BEGIN")).mapToObj(i -> events.get(i + 1).replaceAll(".*\\((.*)\\)", "$1")).toList();
    }

    @Test
    void whatWaitsBehindNothingIsAppliedWithoutAsking() throws Exception {
        apply(start, insert(1, "much too long"));
        apply(start + 1, update(1, "good"));
        mysql.execute("delete from rowmesh.parked where waits_for is null");
        retry();
        assertEquals("", parked());
        assertEquals("1|good", mysql.lines("select * from t"));
    }

    @Test
    void aRetriedChangeIsJudgedByItsOwnVersion() throws Exception {
        apply(start, insert(1, "much too long"));
        mysql.execute("alter table t modify v varchar(20)", "insert into t values (1, 'newer')");
        versions.known.put(new TableKey(T.id(), "[\"1\"]"), new Version(start + 5, "us"));
        request();
        retry();
        assertEquals("1|newer", mysql.lines("select * from t"));
        assertEquals("insert_exists|kept_local\nnull|retried", mysql.lines("select type, decision from rowmesh.conflict order by conflict_id"));
        assertEquals("it was left out: what stands here is newer, or there was nothing to write", mysql.value("select note from rowmesh.conflict where decision = 'retried'"));
    }

    @Test
    void aRetriedDeleteLeavesItsTombstone() throws Exception {
        apply(start, insert(1, "much too long"));
        apply(start + 1, delete(1));
        mysql.execute("alter table t modify v varchar(20)");
        request();
        retry();
        assertEquals("", parked());
        assertEquals("0|1", mysql.lines("select (select count(*) from t), (select count(*) from rowmesh.tombstone where row_key = '[\"1\"]')"));
    }

    @Test
    void aServerThatDiesLosesNothingThatIsParkedAndNoRequest() throws Exception {
        apply(start, insert(1, "much too long"), insert(2, "fits"));
        mysql.execute("alter table t modify v varchar(20)");
        request();
        mysql.kill();
        mysql.start();
        Thread.sleep(550);
        assertThrows(SQLException.class, () -> lane.retryParked(outcome -> { }));
        lane.close();
        lane = newLane();
        assertEquals(1, lane.progress().sequence());
        lane.retryParked(outcome -> { });
        assertEquals("1|much too long\n2|fits", mysql.lines("select * from t order by id"));
        assertEquals("", parked());
    }
}
