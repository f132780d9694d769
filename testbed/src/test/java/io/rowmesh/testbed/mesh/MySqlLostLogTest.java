package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The log of a MySQL server loses what the node has not read: it says so, ships nothing more, and goes on in a new epoch when it is told to. */
class MySqlLostLogTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;
    private TestingMesh mesh;

    @Test
    void whatIsGoneIsToldOfAndANewEpochGoesOn() {
        try (TestingMesh started = new TestingMesh(directory, TestingMesh.DEFAULT.withMySql("eu"))) {
            mesh = started;
            mesh.execute("create table t (id int primary key, v varchar(20))").start();
            mesh.eu().database().execute("insert into t values (1, 'before')");
            mesh.awaitQuiet(LIMIT);

            lose(2, "flush binary logs");
            goesOnInANewEpoch(2, 10);
            lose(3, "reset master");
            goesOnInANewEpoch(3, 20);
            assertEquals("1|before\n10|eu\n11|us\n20|eu\n21|us", mesh.us().database().lines("select * from t order by id"), "the gap is not shipped");
            assertEquals("1|before\n2|lost\n3|lost\n10|eu\n11|us\n20|eu\n21|us", mesh.eu().database().lines("select * from t order by id"));
        }
    }

    /** With the node stopped, and told of once it runs. */
    private void lose(int id, String... statements) {
        mesh.eu().node().stop();
        mesh.eu().database().execute("insert into t values (" + id + ", 'lost')");
        mesh.eu().database().execute(statements);
        List<List<String>> files = mesh.eu().database().query("show binary logs");
        mesh.eu().database().execute("purge binary logs to '" + files.get(files.size() - 1).get(0) + "'");
        mesh.eu().node().start();
        CommandLineOf eu = new CommandLineOf(mesh.eu());
        Wait.until(LIMIT, () -> eu.run("status").out() + mesh.eu().node().tail(), () -> eu.run("status").out().contains("`rowmesh new-epoch`"));
        assertTrue(eu.run("status").out().lines().anyMatch(line -> line.startsWith("capture: ") && line.contains("`rowmesh new-epoch`")), eu.run("status").out());
    }

    private void goesOnInANewEpoch(int epoch, int id) {
        mesh.eu().node().stop();
        CommandLineOf eu = new CommandLineOf(mesh.eu());
        assertEquals(2, eu.run("new-epoch").exitCode(), "without --yes");
        CommandLineOf.Result begun = eu.run("new-epoch", "--yes");
        assertEquals(0, begun.exitCode(), begun.toString());
        assertTrue(begun.out().contains("region eu is in epoch " + epoch + " now; start the node"), begun.out());
        mesh.eu().node().start();
        mesh.eu().node().awaitReady(LIMIT);
        mesh.eu().database().execute("insert into t values (" + id + ", 'eu')");
        mesh.us().database().execute("insert into t values (" + (id + 1) + ", 'us')", "update t set v = 'before' where id = 1");
        mesh.awaitQuiet(LIMIT);
    }
}
