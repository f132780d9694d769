package io.rowmesh.testbed.prepare;

import io.rowmesh.node.prepare.Finding;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Settings of the server that are not enough, and what it takes to change them. */
class PrepareSettingsTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"18", "16"})
    void eachSettingIsNamed(String major) {
        List<String> expected = new ArrayList<>(List.of("alter system set wal_level = 'logical'", "alter system set track_commit_timestamp = 'on'",
                "alter system set max_replication_slots = '4'", "alter system set max_wal_senders = '4'"));
        Map<String, String> settings = new java.util.HashMap<>(Map.of("wal_level", "replica", "track_commit_timestamp", "off",
                "max_replication_slots", "2", "max_wal_senders", "1", "max_slot_wal_keep_size", "1GB"));
        if (major.equals("18")) {
            settings.put("max_active_replication_origins", "2");
            expected.add("alter system set max_active_replication_origins = '4'");
        }
        expected.add("select pg_reload_conf()");
        try (TestingPostgres server = TestingPostgres.start(directory, major, settings)) {
            TestingRegion region = new TestingRegion(server, directory, "settings", Map.of("public.*", "active-active"));
            List<Finding> restarts = region.findings().stream().filter(Finding::needsRestart).toList();
            assertEquals("max_slot_wal_keep_size is 1024 (-1 is unlimited)", region.findings().get(0).what());
            assertEquals(expected, restarts.stream().flatMap(finding -> finding.sql().stream()).toList());
            assertEquals("wal_level is replica and must be logical", restarts.get(0).what());
            assertEquals("max_wal_senders is 1 and must be at least 4", restarts.get(3).what());
            TestingRegion.Result apply = region.run("prepare", "--apply", "--admin-user", "postgres");
            assertEquals(4, apply.exitCode(), apply.toString());
            assertTrue(apply.out().endsWith("Restart the server, then run 'rowmesh check'.\n"), apply.out());
            server.stop();
        }
    }

    @Test
    void aChangedSettingWaitsForTheRestart() throws Exception {
        try (TestingPostgres server = TestingPostgres.start(directory)) {
            server.execute("alter system set max_active_replication_origins = 2");
            server.stop();
            server.start();
            TestingRegion region = new TestingRegion(server, directory, "restart", Map.of("public.*", "active-active"));
            assertEquals(4, region.run("prepare", "--apply", "--admin-user", "postgres").exitCode());
            String pending = "max_active_replication_origins is still 2 and was changed since the server started; it must be at least 4";
            for (int tries = 0; tries < 50 && !region.lacking().equals(List.of(pending)); tries++) {
                Thread.sleep(100);      // the server reads its files a moment after it was told to
            }
            assertEquals(List.of(pending), region.lacking());
            server.stop();
            server.start();
            assertEquals(List.of(), region.lacking());
        }
    }
}
