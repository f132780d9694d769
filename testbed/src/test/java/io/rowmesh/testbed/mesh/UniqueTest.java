package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;
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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A table under unique: newest-wins in three regions that all write it, while nodes are killed and links are cut. */
class UniqueTest {

    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final String RULES = """
            rules:
              - { match: "public.account", rule: last-write-wins, unique: newest-wins }
            """;

    @TempDir
    Path directory;

    @Test
    void rowsThatCollideEndEqualShownAndHidden() throws Exception {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withRegions(3).withYaml(RULES)).execute(
                "create table account (id int primary key, mail text unique, a int, b int, note text, unique (a, b))").start()) {
            AtomicBoolean ended = new AtomicBoolean();
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (TestingRegion region : mesh.regions()) {
                writers.add(CompletableFuture.runAsync(() -> write(region, ended)));
            }
            Thread.sleep(1_000);
            mesh.us().node().kill();
            mesh.us().node().start();
            mesh.cut("ap");
            Thread.sleep(1_500);
            ended.set(true);
            writers.forEach(CompletableFuture::join);
            mesh.heal();
            mesh.regions().forEach(region -> region.node().awaitReady(LIMIT));
            assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
            for (TestingRegion region : mesh.regions()) {
                assertEquals("0", region.postgres().value("select count(*) from rowmesh.parked"));
            }
            hiddenRowsAreTold(mesh);
        }
    }

    private static void hiddenRowsAreTold(TestingMesh mesh) {
        mesh.cut("us");
        mesh.eu().postgres().execute("insert into account values (100, 'both@x')");
        mesh.us().postgres().execute("insert into account values (101, 'both@x')");
        mesh.heal();
        assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
        String older = new CommandLineOf(mesh.eu()).run("why", "account", "100").out();
        assertTrue(older.contains("It is hidden by [\"101\"], which has its value of the unique key account_mail_key."), older);
        String newer = new CommandLineOf(mesh.us()).run("why", "account", "101").out();
        assertTrue(newer.contains("It hides [\"100\"], which is older and has its value of the unique key account_mail_key."), newer);
        Wait.until(LIMIT, () -> "the status tells of no hidden row",
                () -> new CommandLineOf(mesh.us()).run("status").out().contains("hidden by a newer one with the same unique value"));
    }

    /** A statement that breaks a unique key here is an error of its user's. */
    private static void write(TestingRegion region, AtomicBoolean ended) {
        Random random = new Random(region.id().hashCode());
        try (Connection connection = region.postgres().connect()) {
            while (!ended.get()) {
                try {
                    connection.createStatement().execute(statement(region, random));
                } catch (SQLException e) {
                    if (!"23505".equals(e.getSQLState())) {
                        throw e;
                    }
                }
                Thread.sleep(random.nextInt(10));
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String statement(TestingRegion region, Random random) {
        int id = 1 + random.nextInt(8);
        String mail = "'m" + random.nextInt(5) + "'";
        String pair = random.nextInt(3) + ", " + (random.nextInt(4) == 0 ? "null" : random.nextInt(2));
        return switch (random.nextInt(8)) {
            case 0, 1 -> "delete from account where id = " + id;
            case 2 -> "update account set mail = " + mail + " where id = " + id;
            case 3 -> "update account set id = " + (9 + random.nextInt(3)) + " where id = " + id + " and not exists (select from account where id > 8)";
            case 4 -> "delete from account where id > 8";
            default -> "insert into account values (" + id + ", " + mail + ", " + pair + ", '" + region.id() + "') on conflict (id) do update"
                    + " set mail = excluded.mail, a = excluded.a, b = excluded.b, note = excluded.note";
        };
    }
}
