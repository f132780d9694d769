package io.rowmesh.testbed.demo;

import io.rowmesh.testbed.Comparison;
import io.rowmesh.testbed.Directories;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** {@code rowmesh demo}. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = {
    "Shows two regions that both take writes.",
    "Starts two real PostgreSQL 18 servers and a node beside each, lets shoppers write on both sides at once (some on the same rows),"
        + " then stops, waits until all is quiet and compares every table row by row.",
    "Exit code 0 only when both regions are equal."})
public final class DemoCommand implements Callable<Integer> {

    @Option(names = "--seconds", defaultValue = "15", description = "how long to write (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--writers", defaultValue = "2", description = "writers in each region (default: ${DEFAULT-VALUE})")
    private int writers;

    @Option(names = "--keep", description = "leave everything running afterwards until Ctrl-C, and say how to connect")
    private boolean keep;

    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("rowmesh-demo-");
        System.out.println("Two PostgreSQL 18 servers and two nodes start (files in " + directory + ") ...");
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT)) {
            Shop shop = new PostgresShop();
            mesh.execute(shop.schema().toArray(String[]::new)).start();
            System.out.println("Region eu gets the shop's first rows; region us gets them from eu.");
            mesh.eu().database().execute(shop.firstRows().toArray(String[]::new));
            mesh.awaitQuiet(Duration.ofSeconds(60));
            boolean equal = write(mesh) && compare(mesh);
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

    private boolean write(TestingMesh mesh) throws InterruptedException {
        System.out.println("Now " + writers + " shoppers in each region write at once for " + seconds + " s.");
        List<Shopper> shoppers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        List<AtomicLong> counts = List.of(new AtomicLong(), new AtomicLong());
        for (int i = 0; i < writers * 2; i++) {
            TestingRegion region = mesh.regions().get(i % 2);
            Shopper shopper = new Shopper(region.database(), new PostgresShop(), region.id(), i, counts.get(i % 2));
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

    private static boolean compare(TestingMesh mesh) {
        System.out.println("Writing has stopped; waiting until everything has arrived ...");
        mesh.awaitQuiet(Duration.ofSeconds(120));
        boolean equal = true;
        for (Comparison.TableResult table : Comparison.compare(mesh.eu().postgres(), mesh.us().postgres())) {
            System.out.printf("  %-22s %8d rows   %s%n", table.table(), table.rows(),
                    table.equal() ? "equal, versions included" : table.different() + " DIFFER: " + table.samples());
            equal &= table.equal();
        }
        System.out.println(equal ? "Both regions hold the same rows." : "The regions differ: this is a bug in rowmesh.");
        return equal;
    }

    private static void explain(TestingMesh mesh) {
        for (TestingRegion region : mesh.regions()) {
            System.out.println("Region " + region.id() + ":  psql -h 127.0.0.1 -p " + region.postgres().port() + " -U postgres postgres");
            System.out.println("             ./rowmesh status --config " + region.config());
        }
        System.out.println("Write in one, read in the other. Ctrl-C ends everything.");
    }
}
