package io.rowmesh.testbed.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A table of both regions in the terminal, drawn anew twice a second; a line every few seconds where there is no terminal. */
final class LiveTable {

    private static final String HEAD = "region       rows   local tx   tx/s   applied tx   staleness   conflicts   parked";
    private static final String ROWS = "select (select count(*) from orders) + (select count(*) from order_lines)"
            + " + (select count(*) from baskets) + (select count(*) from customers) + (select count(*) from products)"
            + " + (select count(*) from stock)";

    private final TestingMesh mesh;
    private final List<AtomicLong> transactions;
    private final boolean terminal = System.console() != null && System.getenv("TERM") != null;
    private final long[] before = new long[2];
    private long beforeNanos = System.nanoTime();

    LiveTable(TestingMesh mesh, List<AtomicLong> transactions) {
        this.mesh = mesh;
        this.transactions = transactions;
    }

    void show(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        System.out.println(HEAD);
        boolean first = true;
        while (System.nanoTime() < end) {
            Thread.sleep(terminal ? 500 : 3_000);
            if (terminal && !first) {
                System.out.print("\033[2A");
            }
            draw();
            first = false;
        }
    }

    private void draw() {
        double seconds = (System.nanoTime() - beforeNanos) / 1e9;
        beforeNanos = System.nanoTime();
        for (int i = 0; i < 2; i++) {
            TestingRegion region = mesh.regions().get(i);
            long now = transactions.get(i).get();
            double rate = (now - before[i]) / seconds;
            before[i] = now;
            System.out.println(line(region, now, rate));
        }
    }

    private String line(TestingRegion region, long written, double rate) {
        String rows = region.database().value(ROWS);
        return region.node().status().map(status -> {
            JsonNode applying = status.get("peers").get(0).get("applying");
            long conflicts = 0;
            for (JsonNode count : applying.get("conflicts")) {
                conflicts += count.asLong();
            }
            return String.format("%-6s %10s %10d %6.0f %12d %8d ms %11d %8d", region.id(), rows, written, rate,
                    applying.get("appliedTransactions").asLong(), applying.get("stalenessMillis").asLong(), conflicts,
                    applying.get("parkedRows").asLong()) + (terminal ? "\033[K" : "");
        }).orElse(region.id() + "   the node does not answer");
    }
}
