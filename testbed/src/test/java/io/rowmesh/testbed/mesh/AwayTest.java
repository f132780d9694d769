package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A region that is away costs disk beside the node, not log inside the database; when it is back it gets everything. */
class AwayTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    Path directory;

    @Test
    void theSlotMovesOnWhileAPeerIsAwayAndItCatchesUp() {
        try (TestingMesh mesh = new TestingMesh(directory, new TestingMesh.Options("17", List.of("public.*"), List.of("-Xmx256m"), Map.of()))) {
            mesh.execute("create table t (id int primary key, v text)").start();
            mesh.us().node().stop();
            mesh.eu().postgres().execute("insert into t select i, md5(i::text) from generate_series(1, 50000) i");
            for (int i = 0; i < 200; i++) {
                mesh.eu().postgres().execute("update t set v = 'x' || v where id = " + (i + 1));
            }
            String written = mesh.eu().postgres().value("select pg_current_wal_lsn()");
            Wait.until(LIMIT, () -> "the slot stands still; " + mesh.eu().node().tail(), () -> "t".equals(mesh.eu().postgres().value(
                    "select confirmed_flush_lsn >= '" + written + "' from pg_replication_slots where slot_name = 'rowmesh_eu'")));
            mesh.us().postgres().execute("insert into t values (100001, 'written in us meanwhile')");
            mesh.us().node().start();
            mesh.us().node().awaitReady(LIMIT);
            assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
            assertEquals("50001", mesh.us().postgres().value("select count(*) from t"));
            Wait.until(LIMIT, () -> "the change log is not trimmed", () -> mesh.eu().node().metric("rowmesh_change_log_transactions", "") < 30);
        }
    }
}
