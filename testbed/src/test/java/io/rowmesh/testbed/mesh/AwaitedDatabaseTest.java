package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.Rowmesh;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingNode;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A node that starts while its database is down, or recovers from a crash, waits for it and says so. */
class AwaitedDatabaseTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String WAITS = "waits for its database";

    @TempDir
    static Path directory;
    private static TestingMesh mesh;

    @BeforeAll
    static void start() {
        mesh = new TestingMesh(directory, TestingMesh.DEFAULT);
        mesh.execute("create table t (id int primary key, v text)").start();
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    @Test
    void aNodeWaitsForADatabaseThatCrashedAndRecovers() throws IOException {
        TestingRegion eu = mesh.eu();
        eu.node().stop();
        eu.postgres().execute("insert into t select i, md5(i::text) from generate_series(1, 30000) i");
        eu.postgres().kill();
        eu.node().start();
        Wait.until(SOON, () -> "it does not say that it waits: " + eu.node().tail(), () -> eu.node().tail().contains(WAITS));
        assertEquals(5, Rowmesh.run("check", "--config", eu.config().toString()), "other commands do not wait");
        assertTrue(eu.node().alive(), eu.node()::tail);
        eu.postgres().start();
        eu.node().awaitReady(LIMIT);
        long said = Files.readAllLines(eu.node().log()).stream().filter(line -> line.contains(WAITS)).count();
        assertTrue(said <= 3, () -> "said " + said + " times: " + eu.node().tail());
        eu.postgres().execute("delete from t");
        mesh.awaitQuiet(LIMIT);
    }

    @Test
    void aNodeThatWaitsEndsAtASignal() {
        TestingRegion us = mesh.us();
        us.node().stop();
        us.postgres().stop();
        try {
            us.node().start();
            Wait.until(SOON, () -> "it does not say that it waits: " + us.node().tail(), () -> us.node().tail().contains(WAITS));
            long begun = System.nanoTime();
            us.node().stop();
            assertTrue(System.nanoTime() - begun < SOON.toNanos());
            assertTrue(us.node().tail().lastIndexOf("the node of region us has stopped") > us.node().tail().lastIndexOf(WAITS), us.node()::tail);
        } finally {
            us.postgres().start();
            us.node().start();
            us.node().awaitReady(LIMIT);
        }
    }

    @Test
    void whatWaitingCannotMendEndsTheNodeAtOnce() throws IOException {
        for (List<String> wrong : List.of(List.of("/postgres\"", "/nowhere\""), List.of("127.0.0.1:" + mesh.eu().postgres().port() + "/", "nohost.invalid/"))) {
            Path config = directory.resolve("wrong.yaml");
            Files.writeString(config, Files.readString(mesh.eu().config()).replace(wrong.get(0), wrong.get(1)));
            try (TestingNode node = new TestingNode(config, 1, List.of("-Xmx256m"))) {
                node.start();
                assertEquals(5, node.awaitExit(Duration.ofSeconds(30)), node::tail);
                assertTrue(!node.tail().contains(WAITS), node::tail);
            }
        }
    }
}
