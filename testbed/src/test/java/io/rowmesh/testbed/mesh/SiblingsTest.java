package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Tables under the rules over siblings in three regions that all write them, while links are cut and a node is killed. */
class SiblingsTest {

    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final List<String> TABLES = List.of("ranked", "homed", "chosen", "settled");
    private static final String RULES = """
            rules:
              - { match: "public.ranked", rule: region-priority, priority: [us, ap, eu] }
              - { match: "public.homed", rule: home-region, column: home }
              - { match: "public.chosen", rule: custom, name: simulated-median }
              - { match: "public.settled", rule: park }
            """;

    @TempDir
    Path directory;

    @Test
    void threeRegionsThatWriteTheSameRowsEndEqual() {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withRegions(3).withYaml(RULES))) {
            TABLES.forEach(table -> mesh.execute("create table " + table + " (id int primary key, home text not null, v text)"));
            mesh.start();
            TABLES.forEach(table -> mesh.eu().postgres().execute("insert into " + table + " select i, 'ap', 'first' from generate_series(1, 6) i"));
            equalWhenQuiet(mesh);
            rulesDecide(mesh);
            aPersonSettles(mesh);
            Random random = new Random(1);
            mesh.cut("us");
            for (int i = 0; i < 150; i++) {
                write(mesh.regions().get(random.nextInt(3)), TABLES.get(random.nextInt(4)), random);
            }
            mesh.region("ap").node().kill();
            mesh.heal();
            mesh.region("ap").node().start();
            equalWhenQuiet(mesh);
            for (TestingRegion region : mesh.regions()) {
                assertEquals("0", region.postgres().value("select count(*) from rowmesh.parked"));
            }
        }
    }

    /** All write one row and none has seen the others' writes, eu last. */
    private static void rulesDecide(TestingMesh mesh) {
        mesh.cut();
        for (String region : List.of("us", "ap", "eu")) {
            TABLES.forEach(table -> mesh.region(region).postgres().execute("update " + table + " set v = '" + region + "' where id = 1"));
        }
        mesh.heal();
        equalWhenQuiet(mesh);
        assertEquals("us", mesh.eu().postgres().value("select v from ranked where id = 1"));
        assertEquals("ap", mesh.eu().postgres().value("select v from homed where id = 1"));
        assertEquals("ap", mesh.eu().postgres().value("select v from chosen where id = 1"));
        assertEquals("eu", mesh.eu().postgres().value("select v from settled where id = 1"));
    }

    /** In any region, with any of the writes: they all get it, and nothing of the row waits any more. */
    private static void aPersonSettles(TestingMesh mesh) {
        for (TestingRegion region : mesh.regions()) {
            CommandLineOf.Result listed = new CommandLineOf(region).run("parked", "list");
            assertTrue(listed.out().contains("us, ap, eu"), listed.toString());
        }
        CommandLineOf ap = new CommandLineOf(mesh.region("ap"));
        String id = "s" + mesh.region("ap").postgres().value("select key_id from rowmesh.key_state where unresolved > 0");
        CommandLineOf.Result shown = ap.run("parked", "show", id);
        assertTrue(shown.out().contains("us wrote it, committed ") && shown.out().contains(": shown everywhere"), shown.toString());
        CommandLineOf.Result settled = ap.run("parked", "settle", id, "--with", "us");
        assertEquals("settled 3 writes of public.settled [\"1\"]: with the row of us, the row was updated\n", settled.out(), settled.err());
        equalWhenQuiet(mesh);
        for (TestingRegion region : mesh.regions()) {
            assertEquals("us", region.postgres().value("select v from settled where id = 1"));
            Wait.until(LIMIT, () -> "still listed", () -> new CommandLineOf(region).run("parked", "list").out().equals("Nothing is parked.\n"));
        }
        assertEquals(1, ap.run("parked", "settle", id, "--with", "local").exitCode());
    }

    /** Rows, not versions: a row that the node shows has the version of the node's own write. Some are shown a moment later. */
    private static void equalWhenQuiet(TestingMesh mesh) {
        mesh.awaitQuiet(LIMIT);
        for (String table : TABLES) {
            Wait.until(LIMIT, () -> table + " differs: " + rows(mesh, table), () -> Set.copyOf(rows(mesh, table)).size() == 1);
        }
    }

    private static List<String> rows(TestingMesh mesh, String table) {
        return mesh.regions().stream().map(region -> String.valueOf(
                region.postgres().value("select string_agg(t::text, ' ' order by id) from " + table + " t"))).toList();
    }

    private static void write(TestingRegion region, String table, Random random) {
        int id = 1 + random.nextInt(6);
        String home = List.of("eu", "us", "ap").get(random.nextInt(3));
        String v = region.id() + random.nextInt(1_000);
        region.postgres().execute(switch (random.nextInt(8)) {
            case 0 -> "delete from " + table + " where id = " + id;
            case 1 -> "begin; delete from " + table + " where id = " + id + "; insert into " + table + " values (" + id + ", '" + home + "', '" + v
                    + "'); update " + table + " set v = v || '+' where id = " + id + "; commit";
            case 2 -> "update " + table + " set id = 7 where id = " + id + " and not exists (select from " + table + " where id = 7)";
            case 3 -> random.nextInt(12) == 0 ? "truncate " + table : "update " + table + " set home = '" + home + "' where id = " + id;
            default -> "insert into " + table + " values (" + id + ", '" + home + "', '" + v
                    + "') on conflict (id) do update set v = excluded.v";
        });
    }
}
