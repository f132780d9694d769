package io.rowmesh.testbed.capture;

import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MySqlFailoverTest {

    @Test
    void goesOnAtAReplicaThatTookOver(@TempDir Path directory) {
        try (TestingMySql mysql = TestingMySql.start(directory.resolve("eu")); TestingMySql replica = TestingMySql.start(directory.resolve("replica"));
             TestingMySqlCapture capture = new TestingMySqlCapture(mysql, directory.resolve("log"))) {
            replica.execute("reset master", "change master to master_host = '127.0.0.1', master_port = " + mysql.port()
                    + ", master_user = 'root', get_master_public_key = 1, master_auto_position = 1");
            capture.startAndRun();
            for (int i = 0; i < 5; i++) {
                mysql.execute("insert into t values (" + i + ", 'a')", "flush binary logs");
            }
            capture.drain();
            capture.stop();
            mysql.execute("insert into t values (100, 'not captured yet')");
            long committed = mysql.clockMicros();
            replica.execute("start slave");
            String last = mysql.value("select @@gtid_executed");
            Wait.until(Duration.ofSeconds(20), () -> replica.lines("show slave status"), () ->
                    replica.value("select gtid_subset('" + last + "', @@gtid_executed)").equals("1"));
            replica.execute("stop slave", "reset slave all");
            capture.mysql = replica;
            capture.startAndRun();
            replica.execute("insert into t values (101, 'b')");
            List<List<String>> drained = capture.drained();
            assertEquals(7, drained.size());
            assertEquals(List.of(List.of("INSERT [100, not captured yet]"), List.of("INSERT [101, b]")), drained.subList(5, 7));
            assertTrue(capture.transactions().get(5).commitMicros() <= committed, "the time is the former server's, which others may have read there");
            List<Long> at = capture.headers().stream().map(TransactionHeader::sourcePosition).toList();
            assertTrue(IntStream.range(1, at.size()).allMatch(i -> at.get(i - 1) < at.get(i)), at.toString());
            capture.closeLog();
            replica.execute("insert into t values (102, 'c')");
            capture.startAndRun();
            assertEquals(8, capture.drained().size());
        }
    }

    /** As after a restore without logs, or with log_bin under another name: files count from 1 again, and every transaction is there. */
    @Test
    void goesOnWhenTheServersFilesCountFromOneAgain(@TempDir Path directory) {
        try (TestingMySql mysql = TestingMySql.start(directory.resolve("eu"));
             TestingMySqlCapture capture = new TestingMySqlCapture(mysql, directory.resolve("log"))) {
            capture.startAndRun();
            mysql.execute("flush binary logs", "flush binary logs", "flush binary logs");
            capture.drain();
            capture.stop();
            String all = mysql.value("select @@gtid_executed");
            mysql.execute("reset master", "set global gtid_purged = '" + all + "'", "insert into t values (1, 'a')");
            for (int i = 0; i < 6; i++) {
                mysql.execute("flush binary logs");
            }
            capture.startAndRun();
            mysql.execute("insert into t values (2, 'b')");
            assertEquals(List.of(List.of("INSERT [1, a]"), List.of("INSERT [2, b]")), capture.drained());
            List<Long> at = capture.headers().stream().map(TransactionHeader::sourcePosition).toList();
            assertTrue(IntStream.range(1, at.size()).allMatch(i -> at.get(i - 1) < at.get(i)), at.toString());
            capture.closeLog();
            capture.startAndRun();
            mysql.execute("insert into t values (3, 'c')");
            assertEquals(3, capture.drained().size());
        }
    }
}
