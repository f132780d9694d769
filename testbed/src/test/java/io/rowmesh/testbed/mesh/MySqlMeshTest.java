package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Regions on MySQL, and meshes of both kinds, over real servers and nodes. */
class MySqlMeshTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void twoRegionsOnMySqlEndEqualWhateverIsKilled() {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withMySql("eu", "us"))) {
            MixedWriters.create(mesh);
            mesh.start();
            goesBothWays(mesh);
            try (MixedWriters writers = new MixedWriters(mesh, 2, 1)) {
                pause(2_000);
                mesh.us().node().kill();
                pause(1_000);
                mesh.us().node().start();
                pause(1_500);
                mesh.eu().database().kill();
                pause(500);
                mesh.eu().database().start();
                pause(2_000);
                assertTrue(writers.committed() > 200, "only " + writers.committed() + " transactions");
            }
            assertEquals(List.of(), MixedWriters.differences(mesh, LIMIT));
            nothingIsParked(mesh);
        }
    }

    @Test
    void aMeshOfBothKindsEndsEqual() {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withRegions(3).withMySql("us", "ap"))) {
            MixedWriters.create(mesh);
            mesh.start();
            goesBothWays(mesh);
            try (MixedWriters writers = new MixedWriters(mesh, 2, 7)) {
                pause(2_000);
                mesh.cut("ap");
                pause(1_500);
                mesh.heal("ap");
                mesh.eu().node().kill();
                pause(500);
                mesh.eu().node().start();
                pause(2_000);
                assertTrue(writers.committed() > 200, "only " + writers.committed() + " transactions");
            }
            assertEquals(List.of(), MixedWriters.differences(mesh, LIMIT));
            nothingIsParked(mesh);
        }
    }

    private static void goesBothWays(TestingMesh mesh) {
        for (TestingRegion from : mesh.regions()) {
            String id = Integer.toString(1_000 + mesh.regions().indexOf(from));
            from.database().execute("insert into items (id, who) values (" + id + ", 'first')");
            everywhere(mesh, id, "first");
            TestingRegion other = mesh.regions().get((mesh.regions().indexOf(from) + 1) % mesh.regions().size());
            other.database().execute("update items set who = 'second' where id = " + id);
            everywhere(mesh, id, "second");
            from.database().execute("delete from items where id = " + id);
            everywhere(mesh, id, null);
        }
    }

    private static void everywhere(TestingMesh mesh, String id, String who) {
        for (TestingRegion region : mesh.regions()) {
            List<List<String>> wanted = who == null ? List.of() : List.of(List.of(who));
            Wait.until(LIMIT, () -> "row " + id + " in " + region.id() + ": " + region.database().query("select who from items where id = " + id)
                            + ", not " + who + "\n" + region.node().tail(),
                    () -> region.database().query("select who from items where id = " + id).equals(wanted));
        }
    }

    private static void nothingIsParked(TestingMesh mesh) {
        mesh.regions().forEach(region -> assertEquals("0", region.database().value("select count(*) from rowmesh.parked"), region.id()));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
