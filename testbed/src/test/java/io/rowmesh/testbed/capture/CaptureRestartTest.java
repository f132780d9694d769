package io.rowmesh.testbed.capture;

import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.agent.capture.LocalWrites;
import io.rowmesh.agent.capture.NewEpoch;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Nothing is lost and nothing comes twice, however the capture, its connection or the database end (hazards H27, H30, H31). */
class CaptureRestartTest {

    private static final TableId T = new TableId("public", "t");

    private static TestingPostgres postgres;

    @BeforeAll
    static void startPostgres(@TempDir Path directory) {
        postgres = TestingPostgres.start(directory);
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    private static TestingCapture capturing(Path directory, String database) {
        TestingCapture capture = new TestingCapture(postgres, directory, database);
        capture.execute("create table t (id int primary key, v text)");
        return capture.capturing(T);
    }

    private static List<Integer> ids(TestingCapture capture) {
        return capture.drained().stream().map(c -> Integer.parseInt(RowChange.keyImage(c).get(0))).toList();
    }

    private static List<Integer> range(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    private static void kill(TestingCapture capture) {
        capture.execute("select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '" + capture.slot() + "'");
    }

    /** dbz#76: an engine that starts from a stored position loses rows 1 to 6 here. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void otherCommitInTheMiddle(boolean stop, @TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(directory, "dbz76" + stop).startAndRun();
             Connection a = capture.connect(); Statement inA = a.createStatement()) {
            a.setAutoCommit(false);
            inA.execute("insert into t select generate_series(1, 5)");
            capture.execute("insert into t values (100)");
            assertEquals(List.of(100), ids(capture));
            inA.execute("insert into t select generate_series(6, 10)");
            if (stop) {
                capture.stop();
                a.commit();
                capture.startAndRun();
            } else {
                kill(capture);
                a.commit();
            }
            List<Integer> expected = new ArrayList<>(List.of(100));
            expected.addAll(range(1, 10));
            assertEquals(expected, ids(capture));
        }
    }

    /** dbz#1554: rows of one COPY share a position; an engine stopped among them loses the rest. */
    @Test
    void killedAmongRowsOfOneStatement(@TempDir Path directory) {
        AtomicInteger batches = new AtomicInteger();
        try (TestingCapture capture = capturing(directory, "dbz1554")) {
            capture.hooks(new LocalWrites(() -> { }, (transaction, rows) -> {
                if (batches.incrementAndGet() == 3) {
                    kill(capture);
                    throw new IllegalStateException("broken off on purpose");
                }
            }, () -> { }, position -> { })).startAndRun();
            capture.execute("insert into t select generate_series(1, 5000)", "insert into t values (5001), (5002)");
            assertEquals(range(1, 5002), ids(capture));
            assertEquals(List.of(5000L, 2L), capture.headers().stream().filter(h -> !h.heartbeat()).map(TransactionHeader::rows).toList());
        }
    }

    @Test
    void walsenderKilledAgainAndAgain(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(directory, "killed").startAndRun()) {
            Thread writer = new Thread(() -> {
                for (int i = 1; i <= 2000; i += 2) {
                    capture.execute("insert into t values (" + i + "), (" + (i + 1) + ")");
                }
            });
            writer.start();
            for (int i = 0; i < 6; i++) {
                Thread.sleep(150);
                kill(capture);
            }
            writer.join();
            assertEquals(range(1, 2000), ids(capture));
            List<Long> positions = capture.headers().stream().map(TransactionHeader::sourcePosition).toList();
            List<Long> sorted = new ArrayList<>(positions);
            Collections.sort(sorted);
            assertEquals(sorted, positions);
        }
    }

    @Test
    void databaseCrashes(@TempDir Path directory) {
        try (TestingPostgres own = TestingPostgres.start(directory.resolve("pg"));
             TestingCapture capture = new TestingCapture(own, directory, "crash")) {
            capture.execute("create table t (id int primary key, v text)");
            capture.capturing(T).startAndRun();
            capture.execute("insert into t select generate_series(1, 10)");
            assertEquals(range(1, 10), ids(capture));
            own.kill();
            capture.awaitState(CaptureStatus.State.WAITING);
            own.start();
            capture.execute("insert into t select generate_series(11, 20)");
            assertEquals(range(1, 20), ids(capture));
        }
    }

    /** The change log has more than the slot knows of: it was synced, but the confirmation got lost. */
    @Test
    void slotBehindTheChangeLogIsMovedUp(@TempDir Path directory) {
        try (TestingCapture capture = capturing(directory, "behind")) {
            AtomicInteger failures = new AtomicInteger();
            List<String> seen = new ArrayList<>();
            capture.hooks(new LocalWrites(() -> { }, (transaction, rows) -> seen.add(transaction.sequence() + ":" + rows.size()),
                    () -> { }, position -> {
                        if (failures.incrementAndGet() == 1) {
                            throw new IllegalStateException("broken off after the sync");
                        }
                    })).startAndRun();
            capture.execute("insert into t select generate_series(1, 10)");
            assertEquals(range(1, 10), ids(capture));
            assertEquals(List.of("1:10", "2:1"), seen);
        }
    }

    @Test
    void brokenBeforeTheSyncIsDeliveredAgain(@TempDir Path directory) {
        AtomicInteger starts = new AtomicInteger();
        AtomicInteger failures = new AtomicInteger();
        try (TestingCapture capture = capturing(directory, "unsynced")) {
            capture.hooks(new LocalWrites(starts::incrementAndGet, (transaction, rows) -> { }, () -> {
                if (failures.incrementAndGet() <= 2) {
                    throw new IllegalStateException("broken off before the sync");
                }
            }, position -> { })).startAndRun();
            capture.execute("insert into t values (1)", "insert into t values (2)");
            assertEquals(range(1, 2), ids(capture));
            assertEquals(List.of(1L, 2L, 3L), capture.headers().stream().map(TransactionHeader::sequence).toList());
            assertEquals(3, starts.get());
        }
    }

    @Test
    void largeTransactionInChunks(@TempDir Path directory) {
        try (TestingCapture capture = capturing(directory, "large").startAndRun()) {
            capture.execute("insert into t select i, repeat('x', 20) from generate_series(1, 200000) i");
            capture.drain();
            TransactionHeader large = capture.headers().get(0);
            assertEquals(200_000, large.rows());
            assertTrue(large.chunks() >= 100 && large.chunks() <= 110, () -> large.chunks() + " chunks");
            assertEquals(range(1, 200_000), capture.rows(large).stream().map(c -> Integer.parseInt(RowChange.keyImage(c).get(0))).toList());
        }
    }

    @Test
    void slotMovesWithHeartbeatsAndNeverPastTheLog(@TempDir Path directory) {
        try (TestingCapture capture = capturing(directory, "moving").startAndRun()) {
            capture.execute("select pg_logical_emit_message(true, 'p', 'a transaction without rows')");
            capture.drain();
            long position = capture.log().lastPosition();
            capture.await("the slot follows", () -> capture.value("select confirmed_flush_lsn - '0/0' from pg_replication_slots"
                    + " where slot_name = '" + capture.slot() + "'").equals(Long.toString(position)));
            capture.execute("select pg_logical_emit_message(true, 'p', 'a transaction without rows')");
            capture.stop();
            capture.closeLog();
            capture.startAndRun();
            capture.execute("insert into t values (1)");
            assertEquals(List.of(1), ids(capture));
        }
    }

    @Test
    void waitsWhileTheChangeLogIsFull(@TempDir Path directory) {
        try (TestingCapture capture = capturing(directory, "full").maxLogBytes(200_000).startAndRun()) {
            for (int i = 1; i <= 10; i++) {
                capture.execute("insert into t select " + i * 1000 + " + g, md5(g::text || 'a') || md5(g::text) from generate_series(1, 999) g");
            }
            CaptureStatus status = capture.awaitState(CaptureStatus.State.WAITING);
            assertTrue(status.lastError().contains("change log is full"), status::lastError);
            AtomicInteger rows = new AtomicInteger();
            capture.await("all rows", () -> {
                long last = capture.log().lastSequence();
                capture.headers().forEach(h -> rows.addAndGet((int) h.rows()));
                capture.log().trimTo(last);
                return rows.get() == 9990;
            });
            capture.awaitState(CaptureStatus.State.RUNNING);
        }
    }

    @Test
    void slotGoneOrMovedIsRefusedUntilNewEpoch(@TempDir Path directory) {
        try (TestingCapture capture = capturing(directory, "gone").startAndRun()) {
            capture.execute("insert into t values (1)");
            assertEquals(List.of(1), ids(capture));
            capture.stopAndRelease();
            capture.execute("select pg_drop_replication_slot('" + capture.slot() + "')", "insert into t values (2)");
            refused(capture, "is gone");
            capture.execute("select pg_create_logical_replication_slot('" + capture.slot() + "', 'pgoutput')");
            refused(capture, "past the change log");
            assertEquals(2, NewEpoch.begin(capture.options(), capture.log()));
            capture.startAndRun();
            capture.execute("insert into t values (3)");
            assertEquals(List.of(3), ids(capture));
            assertEquals(2, capture.headers().get(0).epoch());
            assertThrows(RuntimeException.class, () -> NewEpoch.begin(capture.options(), capture.log()));
            capture.stopAndRelease();
            capture.execute("insert into t values (4)",
                    "select pg_replication_slot_advance('" + capture.slot() + "', pg_current_wal_lsn())");
            refused(capture, "past the change log");
            capture.log().clear();
            refused(capture, "is lost");
        }
    }

    @Test
    void databaseThatWentBackIsRefused(@TempDir Path directory) {
        try (TestingCapture capture = capturing(directory, "back").startAndRun()) {
            capture.drain();
            capture.stop();
            capture.execute("update rowmesh.epoch set system_identifier = '1'");
            refused(capture, "another one");
            capture.execute("update rowmesh.epoch set system_identifier = (select system_identifier from pg_control_system()), epoch = 5");
            refused(capture, "is of epoch 1");
        }
    }

    private static void refused(TestingCapture capture, String why) {
        capture.start();
        CaptureStatus status = capture.awaitState(CaptureStatus.State.FAILED);
        assertTrue(status.lastError().contains(why) && status.lastError().contains("rowmesh new-epoch"), status::lastError);
        capture.stop();
    }

    @Test
    void existingSlotIsAdopted(@TempDir Path directory) {
        try (TestingCapture capture = capturing(directory, "adopted")) {
            capture.execute("select pg_create_logical_replication_slot('" + capture.slot() + "', 'pgoutput')", "insert into t values (1)");
            capture.startAndRun();
            assertEquals(List.of(1), ids(capture));
            assertEquals("1 eu", capture.value("select epoch || ' ' || region from rowmesh.epoch"));
        }
    }

    @Test
    void tablesThatCannotBeCapturedAreRefused(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "refused")) {
            capture.execute("create table t (id float8 primary key, \"A\" timetz, a int)", "create table nokey (a int)");
            capture.capturing(T, new TableId("public", "nokey")).start();
            String error = capture.awaitState(CaptureStatus.State.FAILED).lastError();
            assertTrue(error.contains("table public.t: columns A and a differ only in case"), error);
            assertTrue(error.contains("column A is of type time with time zone"), error);
            assertTrue(error.contains("key column id is of type double precision"), error);
            assertTrue(error.contains("table public.nokey: it has no primary key"), error);
            long begun = System.nanoTime();
            capture.capture().stop();
            assertTrue(System.nanoTime() - begun < 5_000_000_000L);
            assertEquals(CaptureStatus.State.STOPPED, capture.capture().status().state());
        }
    }

    @Test
    void anErrorStartsOverToo(@TempDir Path directory) {
        AtomicInteger starts = new AtomicInteger();
        AtomicInteger batches = new AtomicInteger();
        try (TestingCapture capture = capturing(directory, "errors")) {
            capture.hooks(new LocalWrites(() -> {
                if (starts.incrementAndGet() == 1) {
                    throw new NoClassDefFoundError("on the capture's own thread");
                }
            }, (transaction, rows) -> {
                if (batches.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("on the engine's thread");
                }
            }, () -> { }, position -> { })).start();
            capture.await("started twice", () -> starts.get() >= 2);
            capture.execute("insert into t values (1)");
            capture.await("started thrice", () -> starts.get() >= 3);
            assertEquals(List.of(1), ids(capture));
            assertEquals(3, starts.get());
            capture.awaitState(CaptureStatus.State.RUNNING);
        }
    }

    @Test
    void poisonIsVisibleAllAlong(@TempDir Path directory) throws Exception {
        AtomicBoolean poison = new AtomicBoolean(true);
        AtomicInteger starts = new AtomicInteger();
        try (TestingCapture capture = capturing(directory, "poison")) {
            capture.hooks(new LocalWrites(starts::incrementAndGet, (transaction, rows) -> {
                if (poison.get()) {
                    throw new IllegalStateException("poison");
                }
            }, () -> { }, position -> { })).startAndRun();
            capture.execute("insert into t values (1)");
            capture.awaitState(CaptureStatus.State.WAITING);
            int before = starts.get();
            while (starts.get() < before + 3) {
                CaptureStatus status = capture.capture().status();
                assertEquals(CaptureStatus.State.WAITING, status.state());
                assertTrue(status.lastError().contains("poison"), status::lastError);
                Thread.sleep(5);
            }
            poison.set(false);
            assertEquals(List.of(1), ids(capture));
            assertEquals(null, capture.awaitState(CaptureStatus.State.RUNNING).lastError());
        }
    }

    @Test
    void aTableDroppedMeanwhileIsLeftOut(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "dropped")) {
            capture.execute("create table t (id int primary key)", "create table other (id int primary key)");
            capture.capturing(T, new TableId("public", "other")).startAndRun();
            capture.execute("insert into t values (1)", "insert into other values (1)");
            assertEquals(List.of(1, 1), ids(capture));
            capture.execute("drop table other");
            kill(capture);
            capture.execute("insert into t values (2)");
            assertEquals(List.of(1, 1, 2), ids(capture));
        }
    }

    /** Takes the half minute between two attempts. */
    @Test
    void whatWasRefusedIsTriedAgain(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(directory, "again")) {
            capture.execute("alter table t drop constraint t_pkey");
            capture.start().awaitState(CaptureStatus.State.FAILED);
            capture.execute("alter table t add primary key (id)");
            Thread.sleep(25_000);
            assertEquals(CaptureStatus.State.FAILED, capture.capture().status().state());
            capture.await("started", () -> capture.value("select 1 from pg_replication_slots where slot_name = '" + capture.slot()
                    + "' and active") != null);
            capture.execute("insert into t values (1)");
            assertEquals(List.of(1), ids(capture));
        }
    }

    @Test
    void stopsWithinSecondsAtAnyMoment(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = capturing(directory, "stopping")) {
            for (int delayMillis = 0; delayMillis < 1000; delayMillis += 200) {
                capture.start();
                Thread.sleep(delayMillis);
                long begun = System.nanoTime();
                capture.capture().stop();
                assertEquals(CaptureStatus.State.STOPPED, capture.capture().status().state());
                assertTrue(System.nanoTime() - begun < 8_000_000_000L);
            }
        }
    }
}
