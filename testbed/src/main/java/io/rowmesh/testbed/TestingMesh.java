package io.rowmesh.testbed;

import io.rowmesh.testbed.faults.TcpProxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two regions, eu and us, with a proxy on each link between them that can be cut. Made step by step: the constructor starts the
 * databases, {@link #start} prepares them and starts the nodes.
 */
public final class TestingMesh implements AutoCloseable {

    /** What can be chosen; {@link #DEFAULT} is PostgreSQL 18, all of schema public, 300 ms heartbeats. */
    public record Options(String major, List<String> tables, List<String> nodeOptions, Map<String, String> settings) {
    }

    public static final Options DEFAULT = new Options("18", List.of("public.*"), List.of("-Xmx256m"), Map.of());

    private final TestingRegion eu;
    private final TestingRegion us;
    private final TcpProxy toEu;
    private final TcpProxy toUs;

    public TestingMesh(Path directory, Options options) {
        try {
            int euPort = Ports.free();
            int usPort = Ports.free();
            toEu = TcpProxy.start(euPort);
            toUs = TcpProxy.start(usPort);
            eu = region(directory, "eu", euPort, "us", toUs.port(), options);
            us = region(directory, "us", usPort, "eu", toEu.port(), options);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot set a mesh up", e);
        }
    }

    private static TestingRegion region(Path directory, String id, int shippingPort, String peer, int peerPort, Options options)
            throws IOException {
        Path home = Files.createDirectories(directory.resolve(id));
        TestingPostgres postgres = TestingPostgres.start(home, options.major(), options.settings());
        int adminPort = Ports.free();
        Path config = home.resolve(id + ".yaml");
        StringBuilder tables = new StringBuilder();
        options.tables().forEach(t -> tables.append("  - { match: \"").append(t).append("\", mode: active-active }\n"));
        Files.writeString(config, """
                region: %s
                database: { url: "postgresql://127.0.0.1:%d/postgres", user: postgres }
                listen: { shipping: "127.0.0.1:%d", admin: "127.0.0.1:%d" }
                peers:
                  - { region: %s, address: "127.0.0.1:%d" }
                tables:
                %sdata-dir: %s
                heartbeat-interval: 300ms
                """.formatted(id, postgres.port(), shippingPort, adminPort, peer, peerPort, tables, home.resolve("data")));
        return new TestingRegion(id, postgres, new TestingNode(config, adminPort, options.nodeOptions()), config, shippingPort);
    }

    public TestingRegion eu() {
        return eu;
    }

    public TestingRegion us() {
        return us;
    }

    public List<TestingRegion> regions() {
        return List.of(eu, us);
    }

    /** Runs statements in both databases, before anything is replicated. */
    public TestingMesh execute(String... statements) {
        regions().forEach(region -> region.postgres().execute(statements));
        return this;
    }

    /** Prepares both databases, starts both nodes and waits until they are ready. */
    public TestingMesh start() {
        for (TestingRegion region : regions()) {
            int exit = Rowmesh.run("prepare", "--config", region.config().toString(), "--apply");
            if (exit != 0) {
                throw new IllegalStateException("prepare of " + region.id() + " ended with " + exit);
            }
        }
        regions().forEach(region -> region.node().start());
        regions().forEach(region -> region.node().awaitReady(Duration.ofSeconds(120)));
        return this;
    }

    /** Cuts both links, each in both directions. */
    public void cut() {
        toEu.cut();
        toUs.cut();
    }

    public void heal() {
        toEu.heal();
        toUs.heal();
    }

    /**
     * Waits until everything that was committed before is applied in the other region: a heartbeat written afterwards has
     * arrived there, and heartbeats overtake nothing.
     */
    public void awaitQuiet(Duration limit) {
        List<String> before = new ArrayList<>();
        for (TestingRegion region : regions()) {
            before.add(region.postgres().value("select clock_timestamp()"));
        }
        awaitHeartbeat(us, eu, before.get(0), limit);
        awaitHeartbeat(eu, us, before.get(1), limit);
    }

    private static void awaitHeartbeat(TestingRegion at, TestingRegion from, String since, Duration limit) {
        Wait.until(limit, () -> "region " + at.id() + " has not caught up with " + from.id() + "; logs:\n" + at.node().tail()
                + "\n---\n" + from.node().tail(), () -> "t".equals(at.postgres().value(
                "select coalesce((select beat_at > '" + since + "' from rowmesh.heartbeat where region = '" + from.id() + "'), false)")));
    }

    /** Quiet, then differences; empty when both regions are equal. */
    public List<String> differencesWhenQuiet(Duration limit) {
        awaitQuiet(limit);
        return Comparison.differences(eu.postgres(), us.postgres());
    }

    @Override
    public void close() {
        regions().forEach(region -> region.node().close());
        regions().forEach(region -> region.postgres().close());
        toEu.close();
        toUs.close();
    }
}
