package io.rowmesh.testbed.capture;

import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.agent.capture.LocalWrites;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MySqlCaptureTest {

    private static TestingMySql mysql;
    private TestingMySqlCapture capture;

    @BeforeAll
    static void start(@TempDir Path directory) {
        mysql = TestingMySql.start(directory);
    }

    @AfterAll
    static void stop() {
        mysql.close();
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        capture = new TestingMySqlCapture(mysql, directory);
    }

    @AfterEach
    void close() {
        capture.close();
    }

    @Test
    void localTransactionsAreShippedWholeAndInOrder() {
        capture.startAndRun();
        capture.inOne("insert into t values (1, 'a'), (2, 'b')", "update t set v = 'c' where id = 1", "delete from t where id = 2",
                "update t set id = 3 where id = 1");
        mysql.execute("create table other (id int primary key)", "insert into other values (1)", "drop table other", "insert into t values (4, null)",
                "truncate t", "insert into t values (5, 'e')");
        assertEquals(List.of(List.of("INSERT [1, a]", "INSERT [2, b]", "UPDATE [1, a] to [1, c]", "DELETE [2, b]", "DELETE [1, c]", "INSERT [3, c]"),
                List.of("INSERT [4, null]"), List.of("TRUNCATE public.t"), List.of("INSERT [5, e]")), capture.drained());
        List<Long> micros = capture.transactions().stream().map(TransactionHeader::commitMicros).toList();
        assertTrue(IntStream.range(1, micros.size()).allMatch(i -> micros.get(i - 1) < micros.get(i)), micros.toString());
        long clock = Long.parseLong(mysql.value("select timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))"));
        assertEquals(clock, micros.get(3), 5_000_000);
    }

    @Test
    void whatTheNodeWroteIsNotShippedAndTellsWhatWasSeen() {
        mysql.execute("insert into rowmesh.progress values ('us', 1, 6, '2020-01-01 00:00:00', 0)");
        capture.startAndRun();
        mysql.execute("insert into t values (1, 'a')");
        capture.applied("us", 7, "insert into t values (2, 'us')");
        mysql.execute("insert into t values (3, 'b')");
        capture.inOne("update rowmesh.tag set tagged = tagged + 1 where origin = 'us'", "update t set v = 'repaired' where id = 2");
        capture.inOne("update rowmesh.tag set tagged = tagged + 1 where origin = 'self'", "delete from t where id = 3");
        mysql.execute("delete from rowmesh.progress where sequence = 6");
        capture.applied("ap", 1);
        mysql.execute("insert into t values (4, 'c')");
        assertEquals(List.of(List.of("INSERT [1, a]"), List.of("INSERT [3, b]"), List.of("INSERT [4, c]")), capture.drained());
        long applied = 1577836800000000L;
        assertEquals(List.of(List.of(new SeenMark("us", 1, 6, applied)), List.of(new SeenMark("us", 1, 7, applied)),
                List.of(new SeenMark("ap", 1, 1, applied), new SeenMark("us", 1, 7, applied))),
                capture.transactions().stream().map(TransactionHeader::seen).toList());
        assertTrue(capture.transactions().stream().allMatch(TransactionHeader::exactSeen));
    }

    @Test
    void generatedColumnsAreLeftOutAndTruthValuesTold() {
        mysql.execute("drop table t", "create table t (id int(5) primary key, g int as (id + 1) stored, yes tinyint(1), no tinyint, h int as (id + 2))");
        capture.startAndRun();
        mysql.execute("insert into t (id, yes, no) values (1, 1, 2)", "truncate t");
        assertEquals(List.of(List.of("INSERT [1, 1, 2]"), List.of("TRUNCATE public.t")), capture.drained());
        for (TransactionHeader header : capture.transactions()) {
            assertEquals(List.of(new Column("id", "mysql:int", true), new Column("yes", "mysql:tinyint(1)", false),
                    new Column("no", "mysql:tinyint", false)), capture.rows(header).get(0).table().columns());
        }
    }

    @Test
    void restartsLoseNothingAndShipNothingTwice() {
        List<List<String>> expected = new ArrayList<>();
        capture.startAndRun();
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 20; i++) {
                int id = round * 100 + i;
                mysql.execute("insert into t values (" + id + ", 'x')");
                expected.add(List.of("INSERT [" + id + ", x]"));
                capture.applied("us", id + 1 - round * 80);
            }
            if (round == 1) {
                mysql.kill();
                mysql.start();
            } else {
                capture.closeLog();
                mysql.execute("flush binary logs");
                capture.startAndRun();
            }
        }
        assertEquals(expected, capture.drained());
    }

    @Test
    void aFailureInMidTransactionShipsItOnceAndWhole() {
        AtomicBoolean failed = new AtomicBoolean();
        capture.hooks(new LocalWrites(() -> { }, (transaction, rows) -> {
            if (transaction.sequence() == 2 && failed.compareAndSet(false, true)) {
                throw new IllegalStateException("not now");
            }
        }, () -> { }, position -> { }));
        capture.startAndRun();
        mysql.execute("insert into t values (1, 'a')");
        StringBuilder rows = new StringBuilder("insert into t values (2, 'x')");
        IntStream.range(3, 10_000).forEach(i -> rows.append(", (").append(i).append(", 'x')"));
        mysql.execute(rows.toString(), "insert into t values (0, 'z')");
        List<List<String>> drained = capture.drained();
        assertTrue(failed.get());
        assertEquals(List.of(1, 9_998, 1), drained.stream().map(List::size).toList());
        assertEquals(List.of("INSERT [0, z]"), drained.get(2));
    }

    @Test
    void aFullChangeLogLeavesTheRestInTheServer() {
        capture.maxLogBytes(10_000).startAndRun();
        for (int i = 0; i < 300; i++) {
            mysql.execute("insert into t values (" + i + ", repeat('x', 100))");
        }
        Wait.until(Duration.ofSeconds(10), () -> capture.status().toString(), () -> capture.status().state() == CaptureStatus.State.WAITING);
        assertTrue(capture.status().lastError().startsWith("the change log is full"), capture.status().lastError());
        long held = capture.log().lastSequence();
        assertTrue(held < 200, held + " transactions");
        for (long last = held; last < 300; last = capture.log().lastSequence()) {
            long trimmed = last;
            capture.log().trimTo(trimmed);
            Wait.until(Duration.ofSeconds(10), () -> capture.status().toString(), () -> capture.log().lastSequence() > trimmed);
        }
        assertEquals(300, capture.log().lastSequence());
    }

    @Test
    void whatCannotBeBridgedIsRefusedUntilANewEpoch() {
        capture.startAndRun();
        mysql.execute("insert into t values (1, 'a')");
        capture.drain();
        capture.stop();
        mysql.execute("insert into t values (2, 'b')", "flush binary logs");
        mysql.execute("purge binary logs to '" + mysql.query("show master status").get(0).get(0) + "'");
        assertTrue(capture.start().awaitRefused().contains("removed binary logs"), capture.status().toString());
        capture.stop();
        assertEquals(2, capture.newEpoch());
        capture.startAndRun();
        mysql.execute("insert into t values (3, 'c')");
        assertEquals(List.of(List.of("INSERT [3, c]")), capture.drained());
        assertEquals(2, capture.transactions().get(0).epoch());
        capture.stop();
        mysql.execute("delete from rowmesh.epoch where epoch = 2");
        assertTrue(capture.start().awaitRefused().contains("the change log is of epoch 2, the database in epoch 1"), capture.status().toString());
    }

    @Test
    void aServerThatLostTransactionsIsRefused() {
        capture.startAndRun();
        mysql.execute("insert into t values (1, 'a')");
        capture.drain();
        capture.stop();
        mysql.execute("reset master");
        assertTrue(capture.start().awaitRefused().contains("has lost transactions that were read"), capture.status().toString());
    }

    /** The log describes the table by the same words before and after. */
    @Test
    void aColumnThatIsGeneratedNoMoreIsCarried() {
        capture.startAndRun();
        mysql.execute("alter table t add g int generated always as (id * 2) stored", "insert into t (id, v) values (1, 'a')");
        assertEquals(List.of(List.of("INSERT [1, a]")), capture.drained());
        mysql.execute("alter table t modify g int", "insert into t (id, v, g) values (2, 'b', 5)");
        assertEquals(List.of("INSERT [2, b, 5]"), capture.drained().get(1));
    }
}
