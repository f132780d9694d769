package io.rowmesh.testbed;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TestingMySqlTest {

    @Test
    void survivesAKillWithWhatWasCommitted(@TempDir Path directory) {
        try (TestingMySql mysql = TestingMySql.start(directory)) {
            mysql.execute("create table t (id int primary key)", "insert into t values (1), (2), (3)");
            String before = mysql.value("select @@server_uuid");
            mysql.kill();
            assertThrows(IllegalStateException.class, () -> mysql.value("select 1"));
            mysql.start();
            assertEquals("3", mysql.value("select count(*) from t"));
            assertEquals(before, mysql.value("select @@server_uuid"));
        }
    }

    @Test
    void startsAgainAfterACleanStop(@TempDir Path directory) {
        try (TestingMySql mysql = TestingMySql.start(directory)) {
            mysql.execute("create table t (id int primary key)", "insert into t values (1)");
            mysql.stop();
            mysql.start();
            assertEquals("1", mysql.lines("select id from t"));
        }
    }

    @Test
    void logsWholeRowsByGtidAndIsDurable(@TempDir Path directory) {
        try (TestingMySql mysql = TestingMySql.start(directory)) {
            assertEquals("ON|ON|ROW|FULL|FULL|1|1|1", mysql.lines("select @@gtid_mode, @@enforce_gtid_consistency, "
                    + "@@binlog_format, @@binlog_row_image, @@binlog_row_metadata, @@log_bin, @@sync_binlog, "
                    + "@@innodb_flush_log_at_trx_commit"));
            mysql.execute("create table t (id int primary key)", "insert into t values (1)");
            String gtids = mysql.value("select @@gtid_executed");
            assertTrue(gtids.startsWith(mysql.value("select @@server_uuid") + ":1-"), gtids);
        }
    }

    @Test
    void twoServersStandSideBySide(@TempDir Path eu, @TempDir Path us) {
        try (TestingMySql one = TestingMySql.start(eu); TestingMySql two = TestingMySql.start(us, Map.of("binlog-row-metadata", "MINIMAL"))) {
            one.execute("create table t (id int primary key)");
            assertEquals(List.of(), two.query("show tables like 't'"));
            assertEquals("MINIMAL", two.value("select @@binlog_row_metadata"));
            assertFalse(one.value("select @@server_id").equals(two.value("select @@server_id")));
        }
    }

    @Test
    void leavesNothingBehind(@TempDir Path directory) {
        TestingMySql mysql = TestingMySql.start(directory);
        String data = mysql.value("select @@datadir");
        assertTrue(running(directory));
        mysql.close();
        assertFalse(running(directory));
        assertFalse(Files.exists(Path.of(data)));
        assertThrows(IllegalStateException.class, mysql::start);
    }

    private static boolean running(Path directory) {
        return ProcessHandle.allProcesses().flatMap(process -> process.info().commandLine().stream())
                .anyMatch(command -> command.contains("mysqld") && command.contains(directory.toString()));
    }
}
