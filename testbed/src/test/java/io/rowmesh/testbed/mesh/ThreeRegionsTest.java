package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Three regions, each of which ships to both others. */
class ThreeRegionsTest {

    private static final Duration LIMIT = Duration.ofSeconds(180);

    @TempDir
    Path directory;

    @Test
    void writesOfThreeRegionsMeetAndOneThatWasCutOffComesBack() {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withRegions(3))) {
            mesh.execute("create table t (id int primary key, v text)").start();
            mesh.region("ap").postgres().execute("insert into t select i, 'ap' from generate_series(1, 30) i");
            assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
            mesh.cut("ap");
            for (TestingRegion region : mesh.regions()) {
                region.postgres().execute("update t set v = '" + region.id() + "' where id <= 10",
                        "delete from t where id between 11 and 20", "insert into t values (15, '" + region.id() + "') on conflict do nothing",
                        "insert into t values (100 + ascii('" + region.id() + "'), 'own')");
            }
            mesh.heal();
            assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
            assertEquals("ap", mesh.us().postgres().value("select distinct v from t where id <= 10 or id = 15"));
            assertEquals("24", mesh.eu().postgres().value("select count(*) from t"));
        }
    }
}
