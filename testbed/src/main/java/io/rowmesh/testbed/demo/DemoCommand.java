package io.rowmesh.testbed.demo;

import io.rowmesh.testbed.Comparison;
import io.rowmesh.testbed.Directories;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.TestingRegion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** {@code rowmesh demo}. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = {
    "Shows two regions that both take writes.",
    "Starts two real servers (PostgreSQL 18, or with --with mysql a PostgreSQL 18 and a MySQL 8.0) and a node beside each, lets shoppers write on both sides at once (some on the same rows),"
        + " then stops, waits until all is quiet and compares every table row by row.",
    "Exit code 0 only when both regions are equal."})
public final class DemoCommand implements Callable<Integer> {

    @Option(names = "--seconds", defaultValue = "15", description = "how long to write (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--writers", defaultValue = "2", description = "writers in each region (default: ${DEFAULT-VALUE})")
    private int writers;

    @Option(names = "--with", paramLabel = "KIND", description = "mysql: the second region is on MySQL")
    private String with;

    @Option(names = "--keep", description = "leave everything running afterwards until Ctrl-C, and say how to connect")
    private boolean keep;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        boolean mySql = mySql();
        Path directory = Files.createTempDirectory("rowmesh-demo-");
        System.out.println((mySql ? "A PostgreSQL 18 server, a MySQL 8.0 server" : "Two PostgreSQL 18 servers") + " and two nodes start (files in " + directory
                + ") ...");
        try (TestingMesh mesh = new TestingMesh(directory, mySql ? TestingMesh.DEFAULT.withMySql("us") : TestingMesh.DEFAULT)) {
            mesh.regions().forEach(region -> execute(region, shop(region).schema()));
            mesh.start();
            System.out.println("Region eu gets the shop's first rows; region us gets them from eu.");
            execute(mesh.eu(), shop(mesh.eu()).firstRows());
            mesh.awaitQuiet(Duration.ofSeconds(60));
            boolean equal = write(mesh) && compare(mesh, mySql);
            if (keep) {
                explain(mesh);
                new CountDownLatch(1).await();
            }
            return equal ? 0 : 1;
        } finally {
            if (!keep) {
                Directories.delete(directory);
            }
        }
    }

    private boolean mySql() {
        if (with != null && !with.equals("mysql")) {
            throw new ParameterException(spec.commandLine(), "--with: '" + with + "' is no kind of database that the demo has; say mysql");
        }
        return with != null;
    }

    private static Shop shop(TestingRegion region) {
        return region.database() instanceof TestingMySql ? new MySqlShop() : new PostgresShop();
    }

    private static void execute(TestingRegion region, List<String> statements) {
        region.database().execute(statements.toArray(String[]::new));
    }

    private boolean write(TestingMesh mesh) throws InterruptedException {
        System.out.println("Now " + writers + " shoppers in each region write at once for " + seconds + " s.");
        List<Shopper> shoppers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        List<AtomicLong> counts = List.of(new AtomicLong(), new AtomicLong());
        for (int i = 0; i < writers * 2; i++) {
            TestingRegion region = mesh.regions().get(i % 2);
            Shopper shopper = new Shopper(region.database(), shop(region), region.id(), i, counts.get(i % 2));
            shoppers.add(shopper);
            threads.add(new Thread(shopper, "shopper-" + region.id() + "-" + i));
        }
        threads.forEach(Thread::start);
        new LiveTable(mesh, counts).show(Duration.ofSeconds(seconds));
        shoppers.forEach(Shopper::stop);
        for (Thread thread : threads) {
            thread.join(10_000);
        }
        List<String> failures = shoppers.stream().map(Shopper::failure).filter(java.util.Objects::nonNull).toList();
        failures.forEach(System.out::println);
        return failures.isEmpty();
    }

    private static boolean compare(TestingMesh mesh, boolean mySql) {
        System.out.println("Writing has stopped; waiting until everything has arrived ...");
        mesh.awaitQuiet(Duration.ofSeconds(120));
        boolean equal = mySql ? compareRows(mesh.eu(), mesh.us()) : compareRowsAndVersions(mesh);
        System.out.println(equal ? "Both regions hold the same rows." : "The regions differ: this is a bug in rowmesh.");
        return equal;
    }

    private static boolean compareRowsAndVersions(TestingMesh mesh) {
        boolean equal = true;
        for (Comparison.TableResult table : Comparison.compare(mesh.eu().postgres(), mesh.us().postgres())) {
            System.out.printf("  %-22s %8d rows   %s%n", table.table(), table.rows(),
                    table.equal() ? "equal, versions included" : table.different() + " DIFFER: " + table.samples());
            equal &= table.equal();
        }
        return equal;
    }

    private static boolean compareRows(TestingRegion eu, TestingRegion us) {
        boolean equal = true;
        Map<String, String> there = shop(us).rows();
        for (Map.Entry<String, String> table : shop(eu).rows().entrySet()) {
            List<List<String>> left = eu.database().query(table.getValue());
            List<List<String>> right = us.database().query(there.get(table.getKey()));
            boolean same = left.equals(right);
            System.out.printf("  %-22s %8d rows   %s%n", table.getKey(), left.size(), same ? "equal" : "DIFFER: " + right.size() + " rows in us");
            equal &= same;
        }
        return equal;
    }

    private static void explain(TestingMesh mesh) {
        for (TestingRegion region : mesh.regions()) {
            System.out.println("Region " + region.id() + ":  " + shop(region).client(region.database().port()));
            System.out.println("             ./rowmesh status --config " + region.config());
        }
        System.out.println("Write in one, read in the other. Ctrl-C ends everything.");
    }
}
