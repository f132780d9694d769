package io.rowmesh.testbed.mesh;

import com.fasterxml.jackson.databind.JsonNode;
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

/** Three nodes, as a user runs them: whoever waits for what does not get through says so, and goes on when it does. */
class HeldLaneTest {

    private static final Duration LIMIT = Duration.ofSeconds(180);

    @TempDir
    Path directory;

    @Test
    void aTransactionWaitsForWhatItHadSeenAlsoOverARestart() {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withRegions(3).withYaml(
                "rules: [ { match: public.stock, rule: last-write-wins, columns: { amount: sum } } ]"))) {
            mesh.execute("create table stock (id int primary key, amount bigint not null)", "alter table stock replica identity full").start();
            mesh.link("eu", "ap").cut();
            mesh.eu().postgres().execute("insert into stock values (1, 100)");
            awaitAmount(mesh.us(), "100");
            mesh.us().postgres().execute("update stock set amount = amount + 5 where id = 1");
            TestingRegion ap = mesh.region("ap");
            awaitHeld(ap);
            assertEquals("0", ap.postgres().value("select count(*) from stock"));
            assertTrue(ap.node().metric("rowmesh_held_seconds", "origin=\"us\"") > 0);
            ap.node().kill();
            ap.node().start();
            ap.node().awaitReady(LIMIT);
            awaitHeld(ap);
            mesh.link("eu", "ap").heal();
            awaitAmount(ap, "105");
            assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
            assertEquals("RUNNING", applyingFromUs(ap).get("state").asText());
            assertEquals(0, ap.node().metric("rowmesh_held_seconds", "origin=\"us\""));
        }
    }

    private static void awaitAmount(TestingRegion region, String amount) {
        Wait.until(LIMIT, () -> region.id() + ":\n" + region.node().tail(),
                () -> amount.equals(region.postgres().value("select coalesce(max(amount), 0) from stock")));
    }

    private static void awaitHeld(TestingRegion ap) {
        Wait.until(LIMIT, () -> ap.node().status() + "\n" + ap.node().tail(), () -> "HELD".equals(applyingFromUs(ap).get("state").asText()));
        String sentence = applyingFromUs(ap).get("lastError").asText();
        assertTrue(sentence.matches("transaction \\d+ of us waits for transaction \\d+ of eu \\(epoch 1\\), which it had seen; applied here from eu: .*"),
                sentence);
    }

    private static JsonNode applyingFromUs(TestingRegion ap) {
        for (JsonNode peer : ap.node().status().orElseThrow().get("peers")) {
            if (peer.get("region").asText().equals("us")) {
                return peer.get("applying");
            }
        }
        throw new AssertionError("no peer us");
    }
}
