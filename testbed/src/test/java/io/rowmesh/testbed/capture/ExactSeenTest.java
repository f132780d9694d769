package io.rowmesh.testbed.capture;

import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a local transaction had seen is exact in the order of the log, and nothing that was applied is shipped (hazard H21). */
class ExactSeenTest {

    private static final TableId T = new TableId("public", "t");
    /** What had been applied, as JSON; under the lock nothing can be applied until the reader has committed. */
    private static final String LOCK = "lock table rowmesh.progress in share mode";
    private static final String READ = "(select coalesce(string_agg(origin || ' ' || epoch || ' ' || sequence, ',' order by origin), '')"
            + " from (select distinct on (origin) * from rowmesh.progress order by origin, epoch desc, sequence desc) p)";

    private static final Map<String, TestingPostgres> SERVERS = new HashMap<>();

    @BeforeAll
    static void startServers(@TempDir Path directory) {
        for (String major : List.of("16", "18")) {
            SERVERS.put(major, TestingPostgres.start(directory.resolve(major), major, Map.of()));
        }
    }

    @AfterAll
    static void stopServers() {
        SERVERS.values().forEach(TestingPostgres::close);
    }

    private static TestingCapture capturing(String major, Path directory, String database) {
        TestingCapture capture = new TestingCapture(SERVERS.get(major), directory, database);
        capture.execute("create table t (id int primary key, v text)");
        return capture.capturing(T, CaptureOptions.PROGRESS).deciding(T);
    }

    private static Seen parse(String read) {
        Seen seen = Seen.NONE;
        for (String mark : read.isEmpty() ? new String[0] : read.split(",")) {
            String[] parts = mark.split(" ");
            seen = seen.with(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
        }
        return seen;
    }

    private static List<TransactionHeader> shipped(TestingCapture capture) {
        capture.drain();
        return capture.headers().stream().filter(h -> !h.heartbeat()).toList();
    }

    private static Seen seen(TransactionHeader header) {
        assertTrue(header.exactSeen(), header::toString);
        return Seen.of(header.seen());
    }

    private static void kill(TestingCapture capture) {
        capture.execute("select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '" + capture.slot() + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"16", "18"})
    void movesWithEachAppliedTransaction(String major, @TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(major, directory, "moves").startAndRun();
             TestingApplier us = new TestingApplier(capture, "us", 1, 0); TestingApplier ap = new TestingApplier(capture, "ap", 3, 7)) {
            capture.execute("insert into t values (1, 'before')");
            us.apply("insert into t values (2, 'us')");
            capture.execute("insert into t values (3, 'after us')");
            us.apply();
            ap.apply("update t set v = 'ap' where id = 1", "delete from t where id = 3");
            capture.execute("insert into t values (4, 'after both')");
            List<TransactionHeader> headers = shipped(capture);
            assertEquals(List.of(Seen.NONE, Seen.NONE.with("us", 1, 1), Seen.NONE.with("us", 1, 2).with("ap", 3, 8)),
                    headers.stream().map(ExactSeenTest::seen).toList());
            assertTrue(headers.stream().allMatch(TransactionHeader::causal));
            assertTrue(capture.headers().stream().filter(TransactionHeader::heartbeat).noneMatch(TransactionHeader::causal));
            assertEquals(List.of("INSERT [1, before]", "INSERT [3, after us]", "INSERT [4, after both]"), capture.drainedTexts());
        }
    }

    /** Each local transaction writes into its row what it reads under a lock that keeps everything from being applied until its commit. */
    @ParameterizedTest
    @ValueSource(strings = {"16", "18"})
    void isWhatTheLocalTransactionItselfReads(String major, @TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(major, directory, "reads").startAndRun()) {
            capture.execute("create table s (id int primary key)", "create sequence ids");
            AtomicBoolean done = new AtomicBoolean();
            ExecutorService threads = Executors.newCachedThreadPool();
            List<Future<?>> appliers = new ArrayList<>();
            for (String region : List.of("us", "ap")) {
                appliers.add(threads.submit(() -> {
                    applyUntil(capture, region, done);
                    return null;
                }));
            }
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int writer = i;
                writers.add(threads.submit(() -> {
                    writeLocally(capture, writer, 150);
                    return null;
                }));
            }
            for (int i = 0; i < 4; i++) {
                Thread.sleep(200);
                kill(capture);
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            done.set(true);
            for (Future<?> applier : appliers) {
                applier.get();
            }
            threads.shutdown();
            int exact = 0;
            int between = 0;
            for (TransactionHeader header : shipped(capture)) {
                for (RowChange change : capture.rows(header)) {
                    String[] written = RowChange.keyImage(change).get(1).split(";", -1);
                    if (written[0].equals("exact")) {
                        exact++;
                        assertEquals(parse(written[1]), seen(header));
                    } else {
                        between++;
                        assertTrue(seen(header).atLeast(parse(written[1])), () -> written[1] + " but " + header);
                    }
                }
            }
            assertEquals(225, exact);
            assertEquals(225, between);
        }
    }

    private static void applyUntil(TestingCapture capture, String region, AtomicBoolean done) throws Exception {
        try (TestingApplier applier = new TestingApplier(capture, region, 1, 0)) {
            for (int i = 0; !done.get(); i++) {
                if (i % 7 == 3) {
                    applier.begin();
                    applier.run("insert into t values (-nextval('ids'), 'aborted')");
                    applier.rollback();
                }
                applier.apply(i % 3 == 0 ? "delete from t where v = 'applied'" : "insert into t values (-nextval('ids'), 'applied')");
            }
        }
    }

    private static void writeLocally(TestingCapture capture, int writer, int times) throws SQLException {
        try (Connection connection = capture.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < times; i++) {
                boolean exact = i % 2 == 0;
                if (exact) {
                    statement.execute(LOCK);
                }
                statement.execute("insert into t select " + (writer * 1_000 + i) + ", '" + (exact ? "exact" : "between") + ";' || " + READ);
                connection.commit();
            }
        }
    }

    /** The first has many chunks' worth of rows; only its last batches come when it is long open in the capture. */
    @ParameterizedTest
    @ValueSource(strings = {"16", "18"})
    void noAppliedTransactionIsShippedHoweverLarge(String major, @TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(major, directory, "large").startAndRun();
             TestingApplier us = new TestingApplier(capture, "us", 1, 0)) {
            us.apply("insert into t select generate_series(1, 6000), 'us'");
            us.begin();
            us.run("insert into t select generate_series(10001, 110000), repeat('x', 100)");
            capture.execute("insert into t values (7000, 'local')");
            us.commit();
            AtomicInteger kills = new AtomicInteger();
            while (kills.getAndIncrement() < 3) {
                Thread.sleep(150);
                kill(capture);
            }
            us.apply("update t set v = 'again' where id < 100", "truncate t");
            capture.execute("insert into t values (7001, 'local')");
            List<TransactionHeader> headers = shipped(capture);
            assertEquals(List.of("INSERT [7000, local]", "INSERT [7001, local]"), capture.drainedTexts());
            assertEquals(List.of(Seen.NONE.with("us", 1, 1), Seen.NONE.with("us", 1, 3)), headers.stream().map(ExactSeenTest::seen).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"16", "18"})
    void survivesRestartsAndATrimmedLog(String major, @TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(major, directory, "restarts").startAndRun();
             TestingApplier us = new TestingApplier(capture, "us", 1, 0)) {
            us.apply("insert into t values (1, 'us')");
            us.apply("insert into t values (2, 'us')");
            capture.execute("insert into t values (3, 'local')");
            assertEquals(Seen.NONE.with("us", 1, 2), seen(shipped(capture).get(0)));
            us.apply("insert into t values (4, 'us')");
            // The progress rows that it was known from may be pruned, and the transactions that told it trimmed.
            us.apply("delete from rowmesh.progress where sequence < 4");
            Thread.sleep(300);
            capture.stopAndRelease();
            capture.log().trimTo(capture.log().lastSequence());
            capture.closeLog();
            us.apply("insert into t values (5, 'us')");
            capture.log();
            capture.startAndRun();
            capture.execute("insert into t values (6, 'local')");
            assertEquals(Seen.NONE.with("us", 1, 5), seen(shipped(capture).get(0)));
            assertEquals(List.of("INSERT [6, local]"), capture.drainedTexts());
        }
    }

    /** The node's own repairs, a lane's second look, its parked rows applied again, and another tool's transactions change nothing of it, and are not shipped. */
    @ParameterizedTest
    @ValueSource(strings = {"16", "18"})
    void otherOriginsAreSkippedAsAWhole(String major, @TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(major, directory, "others").startAndRun();
             TestingApplier us = new TestingApplier(capture, "us", 1, 0);
             Connection self = TestingApplier.session(capture, "rowmesh_self"); Statement repair = self.createStatement();
             Connection tool = TestingApplier.session(capture, "pglogical_x"); Statement foreign = tool.createStatement()) {
            us.apply("insert into t select generate_series(1, 5), 'us'");
            us.run("delete from t where id = 5");
            us.commit();
            us.run("select pg_logical_emit_message(true, '" + ReplicationOrigin.REPAIR + "', '-')", "insert into t values (8, 'parked')");
            us.commit();
            repair.execute("delete from t where id = 1");
            self.commit();
            foreign.execute("insert into t values (6, 'foreign')");
            tool.commit();
            capture.execute("insert into t values (7, 'local')");
            assertEquals(List.of("INSERT [7, local]"), capture.drainedTexts());
            assertEquals(Seen.NONE.with("us", 1, 1), seen(shipped(capture).get(0)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"18"})
    void withoutDecidingTablesNothingAppliedIsRead(String major, @TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(major, directory, "none").deciding().startAndRun();
             TestingApplier us = new TestingApplier(capture, "us", 1, 0)) {
            us.apply("insert into t values (1, 'us')");
            capture.execute("insert into t values (2, 'local')");
            TransactionHeader header = shipped(capture).get(0);
            assertFalse(header.exactSeen());
            assertFalse(header.causal());
            assertEquals(List.of("INSERT [2, local]"), capture.drainedTexts());
        }
    }
}
