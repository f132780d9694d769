package io.rowmesh.testbed.prepare;

import io.rowmesh.node.prepare.Finding;
import io.rowmesh.testbed.TestingMySql;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Settings of a MySQL server that are not enough, and what it takes to change them. */
class PrepareMySqlSettingsTest {

    @TempDir
    Path directory;

    @Test
    void eachSettingIsNamedAndMostAreChangedWhileTheServerRuns() {
        Map<String, String> settings = Map.of("gtid-mode", "OFF_PERMISSIVE", "enforce-gtid-consistency", "WARN", "binlog-format", "MIXED",
                "binlog-row-image", "NOBLOB", "binlog-row-metadata", "MINIMAL", "binlog-row-value-options", "PARTIAL_JSON", "sync-binlog", "0",
                "innodb-flush-log-at-trx-commit", "2", "explicit-defaults-for-timestamp", "OFF", "binlog-ignore-db", "secret");
        try (TestingMySql server = TestingMySql.start(directory, settings)) {
            TestingMySqlRegion region = new TestingMySqlRegion(server, directory, "settings", Map.of("shop.*", "active-active"));
            region.execute("create table t (id int primary key)");
            String script = region.run("prepare", "--admin-user", "root").out();
            assertEquals(List.of("set persist enforce_gtid_consistency = 'ON';", "set persist gtid_mode = 'ON_PERMISSIVE';", "set persist gtid_mode = 'ON';",
                            "set persist binlog_format = 'ROW';", "set persist binlog_row_image = 'FULL';", "set persist binlog_row_metadata = 'FULL';",
                            "set persist binlog_row_value_options = '';", "set persist sync_binlog = 1;", "set persist innodb_flush_log_at_trx_commit = 1;",
                            "set persist explicit_defaults_for_timestamp = 'ON';"),
                    script.lines().filter(line -> line.startsWith("set ")).toList());
            region.run("prepare", "--apply", "--admin-user", "root");
            region.unlock();
            assertEquals(List.of("the binary log leaves databases out (binlog_do_db '', binlog_ignore_db 'secret')"), region.lacking());
            assertTrue(region.findings().stream().allMatch(Finding::needsRestart));
            TestingMySqlRegion.Result apply = region.run("prepare", "--apply", "--admin-user", "root");
            assertEquals(4, apply.exitCode(), apply.toString());
            assertTrue(apply.out().endsWith("Restart the server, then run 'rowmesh check'.\n"), apply.out());
        }
    }

    @Test
    void withoutABinaryLogTheLinesForMyCnfAreTold() {
        try (TestingMySql server = TestingMySql.start(directory, Map.of("skip-log-bin", "1", "gtid-mode", "OFF", "enforce-gtid-consistency", "OFF"))) {
            TestingMySqlRegion region = new TestingMySqlRegion(server, directory, "no_log", Map.of("shop.*", "active-active"));
            String script = region.run("prepare", "--admin-user", "root").out();
            assertTrue(script.startsWith("-- 1. the binary log is off (log_bin is OFF) (needs a restart of the server)\n-- The node reads it. Add these lines to my.cnf"
                    + " and restart the server:\n-- [mysqld]\n-- log_bin = binlog\n"), script);
        }
    }
}
