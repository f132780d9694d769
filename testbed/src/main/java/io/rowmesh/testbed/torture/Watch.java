package io.rowmesh.testbed.torture;

import com.fasterxml.jackson.databind.JsonNode;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks at the nodes again and again: starts those that ended by themselves, as a service manager would, and adds up what they
 * count, which ends with each process.
 */
final class Watch {

    /** Beyond this the writers slow down. */
    private static final long FAR_BEHIND = 600;

    private final TestingMesh mesh;
    private final Faults faults;
    private final Pace pace;
    private final Consumer<String> story;
    private final Map<String, Long> lastConflicts = new HashMap<>();
    private long conflicts;
    private int restarts;
    private long backlog;

    Watch(TestingMesh mesh, Faults faults, Pace pace, Consumer<String> story) {
        this.mesh = mesh;
        this.faults = faults;
        this.pace = pace;
        this.story = story;
    }

    synchronized void look() {
        backlog = 0;
        for (TestingRegion region : mesh.regions()) {
            restartIfEnded(region);
            region.node().status().ifPresent(status -> note(region, status));
        }
        pace.slow(backlog > FAR_BEHIND);
    }

    private void restartIfEnded(TestingRegion region) {
        if (!region.node().alive() && !faults.at("node " + region.id())) {
            restarts++;
            story.accept("node " + region.id() + " ended by itself and is started again; its last words: " + lastLine(region.node().tail()));
            region.node().start();
        }
    }

    private static String lastLine(String text) {
        return text.substring(text.lastIndexOf('\n') + 1);
    }

    private void note(TestingRegion region, JsonNode status) {
        for (JsonNode peer : status.path("peers")) {
            long now = 0;
            for (JsonNode count : peer.path("applying").path("conflicts")) {
                now += count.asLong();
            }
            long before = Optional.ofNullable(lastConflicts.put(region.id() + "<-" + peer.path("region").asText(), now)).orElse(0L);
            conflicts += now >= before ? now - before : now;
            backlog = Math.max(backlog, peer.path("shipping").path("backlog").asLong());
        }
    }

    synchronized long conflicts() {
        return conflicts;
    }

    synchronized int restarts() {
        return restarts;
    }

    /** The most transactions that one region has not acknowledged to another. */
    synchronized long backlog() {
        return backlog;
    }
}
