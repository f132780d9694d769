package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.Rowmesh;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A region that was away for longer than max-silence cannot bring back what was deleted meanwhile (H04). */
class FenceTest {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    void aRegionThatWasSilentForTooLongIsFencedAndLearnsIt() {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withYaml("max-silence: 8s\n"))) {
            mesh.execute("create table t (id int primary key, v text)").start();
            mesh.eu().postgres().execute("insert into t values (1, 'a'), (2, 'b')");
            mesh.awaitQuiet(LIMIT);
            mesh.cut();
            mesh.us().postgres().execute("update t set v = 'written before the delete' where id = 1");
            mesh.eu().postgres().execute("delete from t where id = 1");
            Wait.until(LIMIT, () -> "us is not fenced in eu: " + mesh.eu().node().status(), () -> mesh.eu().postgres().value(
                    "select count(*) from rowmesh.fence where region = 'us' and fenced_at is not null").equals("1"));
            Wait.until(LIMIT, () -> "the tombstone still waits for us", () -> mesh.eu().postgres().value("select count(*) from rowmesh.tombstone").equals("0"));
            mesh.heal();
            awaitNotice(mesh.eu(), "region us is fenced here");
            awaitNotice(mesh.us(), "region eu has fenced this region");
            assertEquals("0", mesh.eu().postgres().value("select count(*) from t where id = 1"), "the dead stay dead");
            assertEquals(2, Rowmesh.run("fence", "lift", "us", "--config", mesh.eu().config().toString()), "not without --yes");
            assertEquals(0, Rowmesh.run("fence", "list", "--config", mesh.eu().config().toString()));
            assertEquals(0, Rowmesh.run("fence", "lift", "us", "--yes", "--config", mesh.eu().config().toString()));
            Wait.until(LIMIT, () -> "the lane does not go on: " + mesh.eu().node().status(),
                    () -> mesh.eu().postgres().value("select count(*) from t where id = 1").equals("1"));
        }
    }

    private static void awaitNotice(TestingRegion region, String text) {
        Wait.until(LIMIT, () -> region.id() + " does not say it: " + region.node().status(),
                () -> region.node().status().map(s -> s.toString().contains(text)).orElse(false));
    }
}
