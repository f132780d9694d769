package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Tables with counters in three regions that all write them, while nodes are killed and links are cut. */
class CountersTest {

    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final String RULES = """
            rules:
              - { match: "public.stock", rule: last-write-wins, columns: { n: sum, hi: max, lo: min, tags: union } }
            """;

    @TempDir
    Path directory;

    private TestingMesh mesh() {
        return new TestingMesh(directory, TestingMesh.DEFAULT.withRegions(3).withYaml(RULES)).execute(
                "create table stock (id int primary key, n numeric(20,2) not null, hi int, lo int, tags text[], v text)").start();
    }

    @Test
    void concurrentIncrementsAddUpExactlyWhileNodesAreKilled() throws Exception {
        try (TestingMesh mesh = mesh()) {
            mesh.eu().postgres().execute("insert into stock select i, 0, 0, 0, '{}', 'first' from generate_series(1, 4) i");
            assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
            AtomicBoolean ended = new AtomicBoolean();
            AtomicLong hundredths = new AtomicLong();
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (TestingRegion region : mesh.regions()) {
                writers.add(CompletableFuture.runAsync(() -> increment(region, ended, hundredths)));
            }
            for (int i = 0; i < 4; i++) {
                Thread.sleep(1_500);
                TestingRegion victim = mesh.regions().get(i % 3);
                victim.node().kill();
                victim.node().start();
            }
            mesh.cut("ap");
            Thread.sleep(2_000);
            ended.set(true);
            writers.forEach(CompletableFuture::join);
            mesh.heal();
            mesh.regions().forEach(region -> region.node().awaitReady(LIMIT));
            assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
            assertTrue(hundredths.get() > 300, "increments: " + hundredths);
            for (TestingRegion region : mesh.regions()) {
                assertEquals(Long.toString(hundredths.get()), region.postgres().value("select (sum(n) * 100)::bigint from stock"));
            }
        }
    }

    private static void increment(TestingRegion region, AtomicBoolean ended, AtomicLong hundredths) {
        Random random = new Random(region.id().hashCode());
        try (Connection connection = region.postgres().connect()) {
            while (!ended.get()) {
                int step = 1 + random.nextInt(9);
                connection.createStatement().execute("update stock set n = n + 0.0" + step + ", v = '" + region.id() + step
                        + "' where id = " + (1 + random.nextInt(4)));
                hundredths.addAndGet(step);
                Thread.sleep(random.nextInt(12));
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void deletesInsertsTruncatesAndKeyChangesOverCutLinksEndEqual() throws Exception {
        try (TestingMesh mesh = mesh()) {
            Random random = new Random(1);
            for (int round = 0; round < 6; round++) {
                TestingRegion alone = mesh.regions().get(round % 3);
                mesh.cut(alone.id());
                for (int i = 0; i < 60; i++) {
                    write(mesh.regions().get(random.nextInt(3)), random);
                }
                if (round == 3) {
                    alone.postgres().execute("truncate stock");
                }
                mesh.heal();
                Thread.sleep(random.nextInt(400));
            }
            assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
            for (TestingRegion region : mesh.regions()) {
                assertEquals("0", region.postgres().value("select count(*) from rowmesh.pending_delete"));
                assertEquals("0", region.postgres().value("select count(*) from rowmesh.parked"));
            }
        }
    }

    private static void write(TestingRegion region, Random random) {
        int id = 1 + random.nextInt(4);
        int n = random.nextInt(100);
        region.postgres().execute(switch (random.nextInt(6)) {
            case 0 -> "delete from stock where id = " + id;
            case 1 -> "begin; delete from stock where id = " + id + "; insert into stock values (" + id + ", " + n + ", 1, 1, '{x}', 'again'); commit";
            case 2 -> "update stock set id = " + (5 + random.nextInt(3)) + " where id = " + id
                    + " and not exists (select from stock where id > 4)";
            default -> "insert into stock as s values (" + id + ", " + n + ", " + n + ", " + n + ", '{" + region.id() + n + "}', '" + region.id()
                    + "') on conflict (id) do update set n = s.n + excluded.n, hi = excluded.hi, lo = excluded.lo, tags = excluded.tags, v = excluded.v";
        });
    }
}
