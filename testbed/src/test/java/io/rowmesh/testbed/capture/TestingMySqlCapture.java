package io.rowmesh.testbed.capture;

import com.mysql.cj.jdbc.MysqlDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rowmesh.agent.binlog.BinlogAddress;
import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.agent.capture.LocalWrites;
import io.rowmesh.agent.capture.MySqlCapture;
import io.rowmesh.agent.capture.MySqlNewEpoch;
import io.rowmesh.agent.capture.MySqlOptions;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.Wait;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A change log and a capture of a MySQL server between them, which can be started over. */
final class TestingMySqlCapture implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    static final TableId T = new TableId("public", "t");

    TestingMySql mysql;
    private final Path directory;
    final BinlogPositions positions = new BinlogPositions();
    private LocalWrites localWrites = LocalWrites.none();
    private long maxLogBytes = ChangeLog.DEFAULT_MAX_BYTES;
    private ChangeLog log;
    private MySqlCapture capture;
    private long beat;

    TestingMySqlCapture(TestingMySql mysql, Path directory) {
        this.mysql = mysql;
        this.directory = directory;
        mysql.execute("drop database if exists rowmesh", "drop table if exists t", "create table t (id int primary key, v varchar(100))");
        MySqlControl.migrate(source());
        mysql.execute("insert into rowmesh.tag (origin, tagged) values ('self', 0), ('us', 0)");
    }

    MysqlDataSource source() {
        MysqlDataSource source = new MysqlDataSource();
        source.setUrl(mysql.jdbcUrl());
        return source;
    }

    TestingMySqlCapture hooks(LocalWrites hooks) {
        localWrites = hooks;
        return this;
    }

    TestingMySqlCapture maxLogBytes(long bytes) {
        maxLogBytes = bytes;
        return this;
    }

    MySqlOptions options() {
        return new MySqlOptions("eu", source(), new BinlogAddress("127.0.0.1", mysql.port(), "root", null, "disabled"), 99,
                new MySqlNames("app", "public"), Set.of(T, CaptureOptions.HEARTBEAT), true);
    }

    ChangeLog log() {
        if (log == null) {
            log = ChangeLog.open(directory, "eu", maxLogBytes);
        }
        return log;
    }

    TestingMySqlCapture start() {
        capture = new MySqlCapture(options(), log(), localWrites, position -> List.of(), positions, new SimpleMeterRegistry());
        capture.start();
        return this;
    }

    TestingMySqlCapture startAndRun() {
        start();
        Wait.until(PATIENCE, () -> capture.status().toString(), () -> capture.status().state() == CaptureStatus.State.RUNNING);
        return this;
    }

    void stop() {
        if (capture != null) {
            capture.stop();
            capture = null;
        }
    }

    void closeLog() {
        stop();
        if (log != null) {
            log.close();
            log = null;
        }
    }

    int newEpoch() {
        return MySqlNewEpoch.begin(options(), log());
    }

    String awaitRefused() {
        Wait.until(PATIENCE, () -> capture.status().toString(), () -> capture.status().state() == CaptureStatus.State.FAILED);
        return capture.status().lastError();
    }

    CaptureStatus status() {
        return capture.status();
    }

    void inOne(String... statements) {
        try (Connection connection = mysql.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    void applied(String origin, int sequence, String... statements) {
        List<String> all = new ArrayList<>(List.of("insert into rowmesh.progress values ('" + origin + "', 1, " + sequence
                + ", '2020-01-01 00:00:00', 0)"));
        all.addAll(List.of(statements));
        inOne(all.toArray(String[]::new));
    }

    /** Waits until everything committed so far is durable in the change log. */
    void drain() {
        beat++;
        mysql.execute("insert into rowmesh.heartbeat values ('eu', " + beat + ", now(6), '{}') on duplicate key update beat = " + beat);
        String expected = Long.toString(beat);
        Wait.until(PATIENCE, () -> "no heartbeat " + beat + ": " + capture.status(), () -> headers().stream()
                .filter(TransactionHeader::heartbeat).anyMatch(h -> RowChange.keyImage(rows(h).get(0)).get(1).equals(expected)));
    }

    List<TransactionHeader> headers() {
        List<TransactionHeader> headers = new ArrayList<>();
        for (long s = log.firstSequence(); s <= log.lastSequence(); s++) {
            headers.add(log.header(s).orElseThrow());
        }
        return headers;
    }

    List<RowChange> rows(TransactionHeader header) {
        List<RowChange> rows = new ArrayList<>();
        for (int chunk = 0; chunk < header.chunks(); chunk++) {
            rows.addAll(WireCodec.decodeChunk(log.chunk(header.sequence(), chunk)));
        }
        return rows;
    }

    /** All captured transactions but the heartbeats, after draining, as short texts of their rows. */
    List<List<String>> drained() {
        drain();
        return transactions().stream().map(h -> rows(h).stream().map(TestingCapture::text).toList()).toList();
    }

    List<TransactionHeader> transactions() {
        return headers().stream().filter(h -> !h.heartbeat()).toList();
    }

    @Override
    public void close() {
        closeLog();
    }
}
