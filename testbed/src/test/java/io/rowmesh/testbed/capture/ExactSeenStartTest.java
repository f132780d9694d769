package io.rowmesh.testbed.capture;

import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.agent.capture.NewEpoch;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Where exact seen begins, and what stops it. */
class ExactSeenStartTest {

    private static final TableId T = new TableId("public", "t");
    private static final TableId PLAIN = new TableId("public", "plain");

    private static TestingPostgres postgres;

    @BeforeAll
    static void startPostgres(@TempDir Path directory) {
        postgres = TestingPostgres.start(directory);
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    private static TestingCapture prepared(Path directory, String database) {
        TestingCapture capture = new TestingCapture(postgres, directory, database);
        capture.execute("create table t (id int primary key, v text)", "create table plain (id int primary key)");
        return capture;
    }

    private static List<TransactionHeader> shipped(TestingCapture capture) {
        capture.drain();
        return capture.headers().stream().filter(h -> !h.heartbeat()).toList();
    }

    private static Seen lastSeen(TestingCapture capture) {
        TransactionHeader last = shipped(capture).get(shipped(capture).size() - 1);
        assertTrue(last.exactSeen(), last::toString);
        return Seen.of(last.seen());
    }

    private static String refusal(TestingCapture capture) {
        capture.await("an error", () -> capture.capture().status().lastError() != null);
        CaptureStatus status = capture.capture().status();
        assertFalse(status.state() == CaptureStatus.State.RUNNING, status::toString);
        return status.lastError();
    }

    @Test
    void aFirstStartReadsWhatWasAppliedWhereTheSlotBegins(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = prepared(directory, "first"); TestingApplier us = new TestingApplier(capture, "us", 2, 40)) {
            us.apply("insert into t values (1, 'us')");
            capture.capturing(T, CaptureOptions.PROGRESS).deciding(T).startAndRun();
            capture.execute("insert into t values (2, 'local')");
            assertEquals(Seen.NONE.with("us", 2, 41), lastSeen(capture));
        }
    }

    @Test
    void aNewEpochReadsWhatWasAppliedWhereItsSlotBegins(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = prepared(directory, "epoch"); TestingApplier us = new TestingApplier(capture, "us", 2, 40)) {
            capture.capturing(T, CaptureOptions.PROGRESS).deciding(T).startAndRun();
            us.apply("insert into t values (1, 'us')");
            capture.stopAndRelease();
            us.apply("insert into t values (2, 'us')");
            NewEpoch.begin(capture.options(), capture.log());
            us.apply("insert into t values (3, 'us')");
            capture.execute("insert into t values (4, 'local')");
            capture.startAndRun();
            assertEquals(Seen.NONE.with("us", 2, 43), lastSeen(capture));
            assertEquals(List.of("INSERT [4, local]"), capture.drainedTexts());
        }
    }

    /** Slot and change log are there, of a time without deciding rules; from a reading in the log on everything is exact. */
    @Test
    void turnedOnLater(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = prepared(directory, "later"); TestingApplier us = new TestingApplier(capture, "us", 2, 40)) {
            capture.capturing(T, PLAIN).startAndRun();
            us.apply("insert into t values (1, 'us')");
            capture.execute("insert into t values (2, 'local')");
            assertFalse(shipped(capture).get(0).exactSeen());
            us.apply("insert into t values (3, 'us')");
            capture.stopAndRelease();
            us.apply("insert into t values (4, 'us')");
            capture.execute("alter publication rowmesh add table rowmesh.progress", "insert into plain values (1)");
            us.apply("insert into t values (5, 'us')");
            capture.deciding(T).startAndRun();
            capture.execute("insert into t values (6, 'local')");
            assertEquals(Seen.NONE.with("us", 2, 44), lastSeen(capture));
            us.apply("insert into t values (7, 'us')");
            capture.execute("insert into t values (8, 'local')");
            assertEquals(Seen.NONE.with("us", 2, 45), lastSeen(capture));
            assertEquals(List.of(false, false, true, true), shipped(capture).stream().map(TransactionHeader::exactSeen).toList());
            assertEquals(List.of(false, false, true, true), shipped(capture).stream().map(TransactionHeader::causal).toList());
            assertEquals(List.of("INSERT [2, local]", "INSERT [1]", "INSERT [6, local]", "INSERT [8, local]"), capture.drainedTexts());
        }
    }

    /** Whoever writes a deciding table between the time of the old rules and the new gets a sentence, not a guess. */
    @Test
    void aWriteBeforeTheReadingIsRefused(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = prepared(directory, "between"); TestingApplier us = new TestingApplier(capture, "us", 2, 40)) {
            capture.capturing(T, CaptureOptions.PROGRESS).startAndRun();
            capture.drain();
            capture.stopAndRelease();
            capture.execute("insert into t values (1, 'between')");
            capture.deciding(T).start();
            assertTrue(refusal(capture).contains("a transaction wrote table public.t, whose rule decides"), refusal(capture));
            capture.stopAndRelease();
            us.apply("insert into t values (2, 'us')");
            NewEpoch.begin(capture.options(), capture.log());
            capture.startAndRun().execute("insert into t values (3, 'local')");
            assertEquals(Seen.NONE.with("us", 2, 41), lastSeen(capture));
        }
    }

    /** The reading stays valid when the capture breaks off after it, before anything stands in the change log. */
    @Test
    void theReadingIsFoundAgain(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = prepared(directory, "again"); TestingApplier us = new TestingApplier(capture, "us", 2, 40)) {
            capture.capturing(T, CaptureOptions.PROGRESS).startAndRun();
            capture.drain();
            capture.stopAndRelease();
            us.apply();
            capture.deciding(T).startAndRun();
            Thread.sleep(300);
            capture.stopAndRelease();
            capture.execute("insert into t values (1, 'local')");
            us.apply();
            capture.startAndRun().execute("insert into t values (2, 'local')");
            assertEquals(Seen.NONE.with("us", 2, 42), lastSeen(capture));
            assertEquals(Seen.NONE.with("us", 2, 41), Seen.of(shipped(capture).get(0).seen()));
        }
    }

    /** Turned off, what was known is void at once: nothing tells of what is applied meanwhile. */
    @Test
    void turnedOffAndOnAgain(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = prepared(directory, "offon"); TestingApplier us = new TestingApplier(capture, "us", 2, 40)) {
            capture.capturing(T, CaptureOptions.PROGRESS).deciding(T).startAndRun();
            capture.drain();
            capture.stopAndRelease();
            capture.deciding().execute("alter publication rowmesh drop table rowmesh.progress");
            capture.startAndRun().stopAndRelease();
            us.apply("insert into t values (1, 'us')");
            capture.deciding(T).execute("alter publication rowmesh add table rowmesh.progress");
            capture.startAndRun().execute("insert into t values (2, 'local')");
            assertEquals(Seen.NONE.with("us", 2, 41), lastSeen(capture));
        }
    }

    @Test
    void refusesWithoutProgressInThePublication(@TempDir Path directory) {
        try (TestingCapture capture = prepared(directory, "unpublished").capturing(T).deciding(T).start()) {
            assertEquals("table rowmesh.progress: publication rowmesh does not hold it whole (all columns, no row filter):"
                    + " run `rowmesh prepare`", refusal(capture));
        }
    }

    @Test
    void stopsWhenProgressIsTakenOutOfThePublication(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = prepared(directory, "dropped").capturing(T, CaptureOptions.PROGRESS).deciding(T).startAndRun();
             TestingApplier us = new TestingApplier(capture, "us", 2, 40)) {
            us.apply("insert into t values (1, 'us')");
            capture.drain();
            capture.execute("alter publication rowmesh drop table rowmesh.progress");
            us.apply("insert into t values (2, 'us')");
            assertTrue(refusal(capture).startsWith("a transaction applied from region us came without its row in rowmesh.progress"), refusal(capture));
        }
    }

    @Test
    void stopsWhenProgressLeaps(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = prepared(directory, "leaps").capturing(T, CaptureOptions.PROGRESS).deciding(T).startAndRun();
             TestingApplier us = new TestingApplier(capture, "us", 2, 40); TestingApplier later = new TestingApplier(capture, "ap", 1, 1)) {
            us.apply("insert into t values (1, 'us')");
            later.apply();
            capture.drain();
            us.close();
            try (TestingApplier leaping = new TestingApplier(capture, "us", 2, 42)) {
                leaping.apply("insert into t values (2, 'us')");
                assertTrue(refusal(capture).startsWith("what was applied from region us leaps in the log from sequence 41 to 43"), refusal(capture));
            }
        }
    }

    /** A load writes its progress in one leap, under the node's own origin. */
    @Test
    void theNodeItselfMayLeap(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = prepared(directory, "load").capturing(T, CaptureOptions.PROGRESS).deciding(T).startAndRun();
             TestingApplier us = new TestingApplier(capture, "us", 2, 40);
             Connection self = TestingApplier.session(capture, "rowmesh_self")) {
            us.apply("insert into t values (1, 'us')");
            self.createStatement().execute("insert into rowmesh.progress values ('us', 2, 100, now()), ('ap', 1, 5, now())");
            self.commit();
            capture.execute("insert into t values (2, 'local')");
            assertEquals(Seen.NONE.with("us", 2, 100).with("ap", 1, 5), lastSeen(capture));
        }
    }

    /** The tag of an applied transaction got lost: it must not be sent around as if it were local. */
    @Test
    void stopsAtProgressWithoutAnOrigin(@TempDir Path directory) {
        try (TestingCapture capture = prepared(directory, "untagged").capturing(T, CaptureOptions.PROGRESS).deciding(T).startAndRun()) {
            capture.execute("begin; insert into rowmesh.progress values ('us', 1, 1, now()); insert into t values (1, 'us'); commit");
            assertTrue(refusal(capture).startsWith("a transaction without a replication origin wrote progress of region us"), refusal(capture));
            assertEquals(0, capture.log().lastSequence());
        }
    }
}
