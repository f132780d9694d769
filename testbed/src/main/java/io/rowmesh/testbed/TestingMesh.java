package io.rowmesh.testbed;

import io.rowmesh.testbed.faults.TcpProxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Two or more regions with a proxy on each directed link between them that can be made to fail. Made step by step: the
 * constructor starts the databases, {@link #start} prepares them and starts the nodes.
 */
public final class TestingMesh implements AutoCloseable {

    /** The ids of regions, in the order in which they are taken. */
    private static final List<String> REGIONS = List.of("eu", "us", "ap", "sa", "af");

    /**
     * What can be chosen; {@link #DEFAULT} is two regions, PostgreSQL 18, all of schema public, 300 ms heartbeats.
     *
     * @param tables      globs of tables, all active-active
     * @param nodeOptions for the nodes' Java machines
     * @param settings    of the databases
     * @param regions     how many regions, 2 to 5: eu, us, ap, sa, af
     * @param yaml        further lines of every node's configuration, the rules for example
     * @param environment of one region's database: region -> variables
     * @param mySql       the regions on MySQL 8.0, whose database's tables take part as those of schema public
     */
    public record Options(String major, List<String> tables, List<String> nodeOptions, Map<String, String> settings, int regions,
                          String yaml, Map<String, Map<String, String>> environment, Set<String> mySql) {

        public Options(String major, List<String> tables, List<String> nodeOptions, Map<String, String> settings) {
            this(major, tables, nodeOptions, settings, 2, "", Map.of(), Set.of());
        }

        public Options withMySql(String... ids) {
            return new Options(major, tables, nodeOptions, settings, regions, yaml, environment, Set.of(ids));
        }

        public Options withRegions(int count) {
            return new Options(major, tables, nodeOptions, settings, count, yaml, environment, mySql);
        }

        public Options withYaml(String lines) {
            return new Options(major, tables, nodeOptions, settings, regions, lines, environment, mySql);
        }

        public Options withEnvironment(String region, Map<String, String> variables) {
            return new Options(major, tables, nodeOptions, settings, regions, yaml, Map.of(region, variables), mySql);
        }
    }

    public static final Options DEFAULT = new Options("18", List.of("public.*"), List.of("-Xmx256m"), Map.of());

    /** The way of one region's changes to another: the target's node connects to the origin's through the proxy. */
    public record Link(String origin, String target, TcpProxy proxy) {
    }

    private final List<TestingRegion> regions = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();

    public TestingMesh(Path directory, Options options) {
        Map<String, Integer> shippingPorts = new LinkedHashMap<>();
        regionIds(options.regions()).forEach(id -> shippingPorts.put(id, Ports.free()));
        shippingPorts.forEach((origin, port) -> shippingPorts.keySet().stream().filter(target -> !target.equals(origin))
                .forEach(target -> links.add(new Link(origin, target, TcpProxy.start(port)))));
        try {
            for (Map.Entry<String, Integer> region : shippingPorts.entrySet()) {
                regions.add(region(directory, region.getKey(), region.getValue(), options));
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw new IllegalStateException("cannot set a mesh up: " + e.getMessage(), e);
        }
    }

    private TestingRegion region(Path directory, String id, int shippingPort, Options options) throws IOException {
        Path home = Files.createDirectories(directory.resolve(id));
        Map<String, String> environment = options.environment().getOrDefault(id, Map.of());
        TestingDatabase database = options.mySql().contains(id) ? TestingMySql.start(home, Map.of(), environment)
                : TestingPostgres.start(home, options.major(), options.settings(), environment);
        int adminPort = Ports.free();
        Path config = home.resolve(id + ".yaml");
        StringBuilder peers = new StringBuilder();
        links.stream().filter(link -> link.target().equals(id)).forEach(link -> peers.append("  - { region: ").append(link.origin())
                .append(", address: \"").append(link.proxy().address()).append("\" }\n"));
        StringBuilder tables = new StringBuilder();
        options.tables().forEach(t -> tables.append("  - { match: \"").append(t).append("\", mode: active-active }\n"));
        Files.writeString(config, """
                region: %s
                database: { %s }
                listen: { shipping: "127.0.0.1:%d", admin: "127.0.0.1:%d" }
                peers:
                %stables:
                %sdata-dir: %s
                heartbeat-interval: 300ms
                %s
                """.formatted(id, database.yaml(), shippingPort, adminPort, peers, tables, home.resolve("data"), options.yaml()));
        return new TestingRegion(id, database, new TestingNode(config, adminPort, options.nodeOptions()), config, shippingPort);
    }

    /** The names of the regions of a mesh of so many. */
    public static List<String> regionIds(int count) {
        return REGIONS.subList(0, count);
    }

    public TestingRegion eu() {
        return region("eu");
    }

    public TestingRegion us() {
        return region("us");
    }

    public TestingRegion region(String id) {
        return regions.stream().filter(region -> region.id().equals(id)).findFirst().orElseThrow();
    }

    public List<TestingRegion> regions() {
        return List.copyOf(regions);
    }

    public List<Link> links() {
        return List.copyOf(links);
    }

    /** The way of {@code origin}'s changes to {@code target}. */
    public TcpProxy link(String origin, String target) {
        return links.stream().filter(link -> link.origin().equals(origin) && link.target().equals(target)).findFirst().orElseThrow()
                .proxy();
    }

    /** Runs statements in all databases, before anything is replicated. */
    public TestingMesh execute(String... statements) {
        regions.forEach(region -> region.database().execute(statements));
        return this;
    }

    /** Prepares all databases, starts all nodes and waits until they are ready. */
    public TestingMesh start() {
        for (TestingRegion region : regions) {
            List<String> prepare = new ArrayList<>(List.of("prepare", "--config", region.config().toString(), "--apply"));
            prepare.addAll(region.database().prepare());
            int exit = Rowmesh.run(prepare.toArray(String[]::new));
            if (exit != 0) {
                throw new IllegalStateException("prepare of " + region.id() + " ended with " + exit);
            }
        }
        regions.forEach(region -> region.node().start());
        regions.forEach(region -> region.node().awaitReady(Duration.ofSeconds(240)));
        return this;
    }

    /** Cuts all links, each in both directions. */
    public void cut() {
        links.forEach(link -> link.proxy().cut());
    }

    /** Cuts one region off from all others. */
    public void cut(String region) {
        linksOf(region).forEach(link -> link.proxy().cut());
    }

    public void heal() {
        links.forEach(link -> link.proxy().heal());
    }

    public void heal(String region) {
        linksOf(region).forEach(link -> link.proxy().heal());
    }

    private List<Link> linksOf(String region) {
        return links.stream().filter(link -> link.origin().equals(region) || link.target().equals(region)).toList();
    }

    /**
     * Waits until everything that was committed before is applied in the other regions: a heartbeat written afterwards has
     * arrived there, and heartbeats overtake nothing.
     */
    public void awaitQuiet(Duration limit) {
        Map<String, Long> before = new LinkedHashMap<>();
        regions.forEach(region -> before.put(region.id(), region.database().clockMicros()));
        for (Link link : links) {
            awaitHeartbeat(region(link.target()), region(link.origin()), before.get(link.origin()), limit);
        }
    }

    private static void awaitHeartbeat(TestingRegion at, TestingRegion from, long since, Duration limit) {
        Wait.until(limit, () -> "region " + at.id() + " has not caught up with " + from.id() + "; logs:\n" + at.node().tail()
                + "\n---\n" + from.node().tail(), () -> at.database().heartbeatMicros(from.id()) > since);
    }

    /** Quiet, then differences of each region from the first; empty when all regions are equal. */
    public List<String> differencesWhenQuiet(Duration limit) {
        awaitQuiet(limit);
        List<String> differences = new ArrayList<>();
        for (TestingRegion region : regions.subList(1, regions.size())) {
            Comparison.differences(regions.get(0).postgres(), region.postgres())
                    .forEach(difference -> differences.add(regions.get(0).id() + "/" + region.id() + " " + difference));
        }
        return differences;
    }

    /** Ends all processes and leaves the files, for a look at what they hold. */
    public void stop() {
        regions.forEach(region -> region.node().close());
        regions.forEach(region -> region.database().stop());
        links.forEach(link -> link.proxy().close());
    }

    @Override
    public void close() {
        regions.forEach(region -> region.node().close());
        regions.forEach(region -> region.database().close());
        links.forEach(link -> link.proxy().close());
    }
}
