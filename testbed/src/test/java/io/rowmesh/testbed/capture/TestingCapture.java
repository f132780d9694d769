package io.rowmesh.testbed.capture;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.agent.capture.DatabaseAddress;
import io.rowmesh.agent.capture.LocalWrites;
import io.rowmesh.agent.capture.PostgresCapture;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;
import io.rowmesh.schema.store.ControlSchema;
import io.rowmesh.testbed.TestingPostgres;
import org.postgresql.ds.PGSimpleDataSource;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A database of its own with the control tables, a change log, and a capture between them that can be started over. */
final class TestingCapture implements AutoCloseable {

    private static final String TEMPLATE = "control_tables";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final TestingPostgres postgres;
    final String database;
    private final Path directory;
    private List<TableId> tables = List.of(CaptureOptions.HEARTBEAT);
    private Set<TableId> deciding = Set.of();
    private LocalWrites localWrites = LocalWrites.none();
    private long maxLogBytes = ChangeLog.DEFAULT_MAX_BYTES;
    private String slot;
    private ChangeLog log;
    private PostgresCapture capture;
    private long beat;

    /** @param directory of its own, for the change log */
    TestingCapture(TestingPostgres postgres, Path directory, String database) {
        this.postgres = postgres;
        this.database = database;
        this.directory = directory;
        this.slot = "s_" + database;
        synchronized (TestingCapture.class) {
            if (postgres.query("select from pg_database where datname = '" + TEMPLATE + "'").isEmpty()) {
                postgres.execute("create database " + TEMPLATE);
                PGSimpleDataSource source = new PGSimpleDataSource();
                source.setUrl(url(TEMPLATE));
                ControlSchema.migrate(source);
            }
        }
        postgres.execute("create database \"" + database + "\" template " + TEMPLATE);
    }

    private String url(String name) {
        return "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "?user=postgres";
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(database));
    }

    /** Runs statements, each in its own transaction. */
    void execute(String... statements) {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in " + String.join("; ", statements), e);
        }
    }

    String value(String sql) {
        try (Connection connection = connect(); Statement statement = connection.createStatement();
             ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in " + sql, e);
        }
    }

    /** Names the captured tables beside the heartbeat, and publishes them; progress is published only, if named. */
    TestingCapture capturing(TableId... more) {
        List<TableId> published = Stream.concat(Stream.of(CaptureOptions.HEARTBEAT), Arrays.stream(more)).toList();
        tables = published.stream().filter(table -> !table.equals(CaptureOptions.PROGRESS)).toList();
        execute("create publication rowmesh for table " + published.stream().map(TestingCapture::quoted).collect(Collectors.joining(", ")));
        return this;
    }

    /** Names tables whose rules decide by what was seen; whether progress is published is the caller's. */
    TestingCapture deciding(TableId... some) {
        deciding = Set.of(some);
        return this;
    }

    TestingCapture hooks(LocalWrites hooks) {
        localWrites = hooks;
        return this;
    }

    TestingCapture maxLogBytes(long bytes) {
        maxLogBytes = bytes;
        return this;
    }

    static String quoted(TableId table) {
        return quoted(table.schema()) + "." + quoted(table.name());
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    CaptureOptions options() {
        DatabaseAddress address = new DatabaseAddress("127.0.0.1", postgres.port(), database, "postgres", null, "disable");
        return new CaptureOptions("eu", address, slot(), "rowmesh", tables, !deciding.isEmpty(), deciding::contains, deciding::contains);
    }

    TestingCapture slotName(String name) {
        slot = name;
        return this;
    }

    String slot() {
        return slot;
    }

    ChangeLog log() {
        if (log == null) {
            log = ChangeLog.open(directory.resolve("log"), "eu", maxLogBytes);
        }
        return log;
    }

    PostgresCapture capture() {
        return capture;
    }

    TestingCapture start() {
        capture = new PostgresCapture(options(), log(), localWrites, lsn -> List.of(), new SimpleMeterRegistry());
        capture.start();
        return this;
    }

    TestingCapture startAndRun() {
        start();
        await("running", () -> capture.status().state() == CaptureStatus.State.RUNNING);
        return this;
    }

    void stop() {
        if (capture != null) {
            capture.stop();
            capture = null;
        }
    }

    /** Stops, and waits until the server knows that nobody reads the slot any more. */
    void stopAndRelease() {
        stop();
        await("slot released", () -> "f".equals(value("select active from pg_replication_slots where slot_name = '" + slot() + "'")));
    }

    void closeLog() {
        if (log != null) {
            log.close();
            log = null;
        }
    }

    CaptureStatus awaitState(CaptureStatus.State state) {
        await(state.name(), () -> capture.status().state() == state);
        return capture.status();
    }

    void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE + ": " + what + "; capture is "
                        + (capture == null ? "not there" : capture.status()));
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Waits until everything committed so far is durable in the change log. */
    void drain() {
        beat++;
        execute("insert into rowmesh.heartbeat values ('eu', " + beat + ", now(), '{}')"
                + " on conflict (region) do update set beat = excluded.beat");
        String expected = Long.toString(beat);
        await("heartbeat " + beat + " in the log", () -> headers().stream().filter(TransactionHeader::heartbeat)
                .anyMatch(h -> RowChange.keyImage(rows(h).get(0)).get(1).equals(expected)));
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

    /** All captured row changes but the heartbeats, after draining. */
    List<RowChange> drained() {
        drain();
        return headers().stream().filter(h -> !h.heartbeat()).flatMap(h -> rows(h).stream()).toList();
    }

    /** The same as short texts: {@code INSERT [1, a]}. */
    List<String> drainedTexts() {
        return drained().stream().map(TestingCapture::text).toList();
    }

    static String text(RowChange change) {
        return switch (change.kind()) {
            case INSERT, DELETE -> change.kind() + " " + RowChange.keyImage(change);
            case UPDATE -> {
                RowChange.Update update = (RowChange.Update) change;
                yield update.before() == null ? "UPDATE " + update.after() : "UPDATE " + update.before() + " to " + update.after();
            }
            case TRUNCATE -> "TRUNCATE " + change.table().id();
        };
    }

    @Override
    public void close() {
        stop();
        closeLog();
    }
}
