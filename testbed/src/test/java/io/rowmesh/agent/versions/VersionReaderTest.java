package io.rowmesh.agent.versions;

import com.mysql.cj.jdbc.MysqlDataSource;
import io.rowmesh.agent.binlog.BinlogAddress;
import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.binlog.GtidSet;
import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class VersionReaderTest {

    private static final MySqlNames NAMES = new MySqlNames("app", "public");
    private static final TableId T = new TableId("public", "t");
    private static final TableId U = new TableId("public", "u");
    private static TestingMySql mysql;

    private final BinlogPositions positions = new BinlogPositions();
    private Path directory;
    private VersionIndex index;
    private VersionReader reader;
    private long began;

    @BeforeAll
    static void start(@TempDir Path directory) {
        mysql = TestingMySql.start(directory);
        MySqlControl.migrate(source());
    }

    @AfterAll
    static void stop() {
        mysql.close();
    }

    private static MysqlDataSource source() {
        MysqlDataSource source = new MysqlDataSource();
        source.setUrl(mysql.jdbcUrl());
        return source;
    }

    @BeforeEach
    void open(@TempDir Path temp) throws SQLException {
        directory = temp;
        mysql.execute("drop table if exists t", "drop table if exists u", "create table t (id int primary key, v int)",
                "insert into t values (100, 0)", "delete from rowmesh.progress", "insert ignore into rowmesh.tag (origin, tagged) values ('self', 0), ('us', 0)");
        began = clock();
        index = VersionIndex.open(temp.resolve("versions"));
        startReader(T, U);
        reached();
    }

    private void startReader(TableId... tables) {
        reader = new VersionReader("eu", source(), new BinlogAddress("127.0.0.1", mysql.port(), "root", null, "disabled"), 88, NAMES,
                Set.of(tables), index, positions, "secret", Duration.ofSeconds(15));
        reader.start();
    }

    @AfterEach
    void close() {
        reader.stop();
        index.close();
    }

    private static long clock() {
        return Long.parseLong(mysql.value("select timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))"));
    }

    private void reached() throws SQLException {
        List<String> end = mysql.query("show master status").get(0);
        reader.await(mysql.value("select @@server_uuid"), positions.of(end.get(0), Long.parseLong(end.get(1))));
    }

    private Version of(String key) {
        return reader.of(T, "[\"" + key + "\"]");
    }

    private static void inOne(String... statements) throws SQLException {
        try (Connection connection = mysql.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }

    private static String progress(String origin, int sequence, String committedAt) {
        return "insert into rowmesh.progress values ('" + origin + "', 1, " + sequence + ", '" + committedAt + "', 0)";
    }

    private void assertLocalSince(long micros, Version version) {
        assertEquals("eu", version.origin());
        assertTrue(version.commitMicros() >= micros && version.commitMicros() <= clock(), version + " since " + micros);
    }

    @Test
    void localAppliedAndRepairedRows() throws SQLException {
        assertNull(of("100"));
        assertTrue(reader.sinceMicros(T) >= began && reader.sinceMicros(T) <= clock());
        long before = clock();
        mysql.execute("insert into t values (1, 1)");
        inOne(progress("us", 1, "2020-01-02 03:04:05.678901"), "insert into t values (2, 2)", "update t set v = 5 where id = 100");
        inOne("update rowmesh.tag set tagged = tagged + 1 where origin = 'us'", "insert into t values (3, 3)");
        inOne("insert into t values (4, 4)", progress("us", 2, "2020-01-01 00:00:00"), "insert into t values (5, 5)");
        reached();
        assertLocalSince(before, of("1"));
        assertEquals(new Version(1577934245678901L, "us"), of("2"));
        assertEquals(new Version(1577934245678901L, "us"), of("100"));
        assertLocalSince(before, of("3"));
        assertLocalSince(before, of("4"));
        assertEquals(of("4"), of("5"));
    }

    @Test
    void deletesKeyChangesAndTruncates() throws SQLException {
        mysql.execute("create table u (id int primary key)", "insert into u values (1)", "insert into t values (1, 1), (2, 2), (3, 3)",
                "delete from t where id = 1", "update t set id = 9 where id = 2");
        reached();
        assertNull(of("1"));
        assertNull(of("2"));
        assertEquals("eu", of("9").origin());
        mysql.execute("truncate t", "insert into t values (7, 7)");
        reached();
        assertNull(of("3"));
        assertNull(of("9"));
        assertEquals("eu", of("7").origin());
        assertEquals("eu", reader.of(U, "[\"1\"]").origin());
    }

    @Test
    void definitionsRaiseSince() throws SQLException {
        mysql.execute("insert into t values (1, 1)");
        reached();
        long since = reader.sinceMicros(T);
        mysql.execute("create table if not exists t (id int)", "create table other (id int)", "drop table other");
        reached();
        assertEquals(since, reader.sinceMicros(T));
        long before = clock();
        mysql.execute("alter table t add w int");
        reached();
        assertTrue(reader.sinceMicros(T) >= before);
        assertEquals("eu", of("1").origin());
        mysql.execute("rename table t to u");
        reached();
        assertNull(of("1"));
        assertNull(reader.of(U, "[\"1\"]"));
        assertTrue(reader.sinceMicros(U) >= before);
    }

    @Test
    void goesOnAfterRestartsOfReaderAndServer() throws SQLException {
        mysql.execute("insert into t values (1, 1)");
        reached();
        Version first = of("1");
        reader.stop();
        index.close();
        mysql.execute("insert into t values (2, 2)", "flush binary logs", "delete from t where id = 100", "insert into t values (100, 1)");
        index = VersionIndex.open(directory.resolve("versions"));
        startReader(T, U);
        reached();
        assertEquals(first, of("1"));
        assertEquals("eu", of("2").origin());
        mysql.kill();
        Wait.until(Duration.ofSeconds(20), () -> reader.status().toString(), () -> reader.status().position() == 0);
        mysql.start();
        mysql.execute("insert into t values (3, 3)");
        reached();
        assertEquals("eu", of("3").origin());
        assertEquals(GtidSet.parse(mysql.value("select @@gtid_executed")), index.read());
    }

    @Test
    void placesOfAFormerServerAreRefused() throws SQLException {
        mysql.execute("insert into t values (1, 1)");
        reached();
        List<String> end = mysql.query("show master status").get(0);
        long former = positions.of(end.get(0), Long.parseLong(end.get(1)));
        positions.startAt(BinlogPositions.baseBehind(former));
        SQLException e = assertThrows(SQLException.class, () -> reader.await(mysql.value("select @@server_uuid"), former));
        assertTrue(e.getMessage().contains("another server took over"), e.getMessage());
        mysql.execute("insert into t values (2, 2)");
        reached();
        assertEquals("eu", of("2").origin());
    }

    /** While connections go from one server to another, some lead to the new one before the log's reader does. */
    @Test
    void placesOfAnotherServerAreNeverReached() throws SQLException {
        try (VersionIndex other = VersionIndex.open(directory.resolve("other"))) {
            VersionReader impatient = new VersionReader("eu", source(), new BinlogAddress("127.0.0.1", mysql.port(), "root", null, "disabled"), 89, NAMES,
                    Set.of(T), other, positions, "secret", Duration.ofSeconds(1));
            impatient.start();
            Wait.until(Duration.ofSeconds(20), () -> impatient.status().toString(), () -> impatient.status().position() > 1);
            impatient.await(mysql.value("select @@server_uuid"), 1);
            SQLException e = assertThrows(SQLException.class, () -> impatient.await("b0000000-0000-0000-0000-000000000000", 1));
            assertTrue(e.getMessage().contains("this connection leads to b0000000"), e.getMessage());
            impatient.stop();
        }
    }

    /** The files as they stand at any moment are what a crash leaves. */
    @Test
    void aCrashLeavesNoEntryBeyondItsSet() throws Exception {
        mysql.execute("create table u (id int primary key, v varchar(100))");
        Thread writer = new Thread(() -> mysql.execute("set cte_max_recursion_depth = 1000000", "insert into u with recursive n (i) as"
                + " (select 1 union all select i + 1 from n where i < 200000) select i, 'x' from n"));
        writer.start();
        for (int copy = 0; writer.isAlive() || copy < 3; copy++) {
            Path files = Files.createDirectory(directory.resolve("copy" + copy));
            copy(directory.resolve("versions"), files);
            try (VersionIndex crashed = VersionIndex.open(files)) {
                boolean all = crashed.of(U, "[\"200000\"]") != null;
                assertEquals(all, crashed.of(U, "[\"1\"]") != null);
                assertTrue(GtidSet.parse(mysql.value("select @@gtid_executed")).contains(crashed.read()));
            } catch (VersionsException e) {
                assertTrue(e.getMessage().contains("cannot be opened"), e.getMessage());
            }
        }
        writer.join();
        reached();
        assertEquals("eu", reader.of(U, "[\"1\"]").origin());
        assertEquals(reader.of(U, "[\"1\"]"), reader.of(U, "[\"200000\"]"));
    }

    private static void copy(Path from, Path to) throws Exception {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                try {
                    Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                } catch (java.nio.file.NoSuchFileException e) {
                    // The database has removed it meanwhile.
                }
            }
        }
    }

    @Test
    void aTableNamedLaterIsNotKnownFromBefore() throws SQLException {
        reader.stop();
        mysql.execute("insert into t values (1, 1)");
        startReader(U);
        reached();
        mysql.execute("update t set v = 2 where id = 1");
        long later = clock();
        reader.stop();
        startReader(T, U);
        reached();
        assertNull(of("1"));
        assertTrue(reader.sinceMicros(T) >= later);
        assertTrue(reader.sinceMicros(U) < later);
    }

    @Test
    void purgedLogsAreToldAndChangeNothing() throws SQLException {
        mysql.execute("insert into t values (1, 1)");
        reached();
        reader.stop();
        Version first = of("1");
        mysql.execute("insert into t values (2, 2)", "flush binary logs");
        mysql.execute("purge binary logs to '" + mysql.query("show master status").get(0).get(0) + "'");
        startReader(T, U);
        Wait.until(Duration.ofSeconds(10), () -> reader.status().toString(), () -> reader.status().state() == CaptureStatus.State.FAILED);
        SQLException e = assertThrows(SQLException.class, this::reached);
        assertTrue(e.getMessage().contains("removed binary logs that were not read yet"), e.getMessage());
        assertEquals(first, of("1"));
        reader.stop();
        index.forget();
        startReader(T, U);
        reached();
        assertNull(of("1"));
    }
}
