package io.rowmesh.testbed.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The conflict history of two regions, and what is told of it. */
class HistoryTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    static Path directory;
    private static TestingMesh mesh;

    @BeforeAll
    static void start() {
        mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withYaml(
                "private: [ { match: public.t, columns: [secret] } ]\nconflict-history: { keep: 7d }"));
        mesh.execute("create table t (id int primary key, v text, secret text)", "create table pairs (a int, b text, primary key (b, a))").start();
        mesh.eu().postgres().execute("insert into t select i, 'start', 'hush' from generate_series(1, 20) i", "insert into pairs values (1, 'x')");
        mesh.awaitQuiet(LIMIT);
        // Each has seen the other's start of things.
        mesh.awaitQuiet(LIMIT);
        mesh.cut();
        mesh.eu().postgres().execute("update t set v = 'eu' where id = 1", "delete from t where id = 2", "insert into t values (30, 'eu', 'eu secret')");
        mesh.us().postgres().execute("update t set v = 'us' where id = 1", "update t set v = 'us' where id = 2", "insert into t values (30, 'us', 'us secret')",
                "update t set v = 'only us' where id = 3");
        mesh.heal();
        mesh.awaitQuiet(LIMIT);
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    @Test
    void eachRegionKeepsEachConflictOnceWithTheRowsThatMet() {
        assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
        assertEquals(List.of(
                List.of("[\"1\"]", "update_origin_differs", "applied", "eu", "us", "eu", "us"),
                List.of("[\"2\"]", "update_deleted", "applied", "-", "us", "eu", "us"),
                List.of("[\"30\"]", "insert_exists", "applied", "eu", "us", "eu", "us")), history(mesh.eu()));
        assertEquals(List.of(
                List.of("[\"1\"]", "update_origin_differs", "kept_local", "us", "eu", "us", "eu"),
                List.of("[\"2\"]", "delete_origin_differs", "kept_local", "us", "-", "us", "eu"),
                List.of("[\"30\"]", "insert_exists", "kept_local", "us", "eu", "us", "eu")), history(mesh.us()));
        for (TestingRegion region : mesh.regions()) {
            assertEquals("0", region.postgres().value("select count(*) from rowmesh.conflict c where c::text like '%secret\": \"%'"));
            assertEquals("0", region.postgres().value("select count(*) from rowmesh.conflict_default"), "today's partition was there");
        }
    }

    private static List<List<String>> history(TestingRegion region) {
        return region.postgres().query("select row_key, type, decision, coalesce(stored_row ->> 'v', '-'), coalesce(incoming_row ->> 'v', '-'),"
                + " stored_origin, incoming_origin from rowmesh.conflict where table_name = 't' order by row_key collate \"C\"");
    }

    @Test
    void conflictsAreListedAndShown() throws IOException {
        CommandLineOf eu = new CommandLineOf(mesh.eu());
        CommandLineOf.Result list = eu.run("conflicts", "list", "--table", "public.t", "--since", "1h", "--type", "insert_exists");
        assertEquals(2, list.out().lines().count(), list.toString());
        String id = list.out().lines().toList().get(1).split(" ")[0];
        CommandLineOf.Result show = eu.run("conflicts", "show", id);
        assertTrue(show.out().contains("The change of us at ") && show.out().contains(" was written over the row of eu at ")
                && show.out().contains("(insert_exists, by last-write-wins)."), show.out());
        assertTrue(show.out().lines().anyMatch(line -> line.matches("v +eu +us +differs")), show.out());
        assertTrue(show.out().lines().anyMatch(line -> line.startsWith("secret") && line.contains("(hidden, sha256 ")), show.out());
        JsonNode json = new ObjectMapper().readTree(eu.run("conflicts", "list", "--limit", "2", "--json").out());
        assertEquals(2, json.size());
        assertEquals("us", json.get(0).get("incomingOrigin").asText());
        assertEquals(2, eu.run("conflicts", "list", "--type", "insert_exist").exitCode());
        assertEquals(1, eu.run("conflicts", "show", "999999").exitCode());
    }

    @Test
    void whyTellsOfARowInPlainSentencesAlsoWhileTheNodeIsDown() throws IOException {
        mesh.us().node().stop();
        try {
            String both = why(mesh.us(), "public.t", "1");
            assertTrue(both.contains("The row stands here. It was last written in us (this region) at "), both);
            assertTrue(both.contains("The change of eu at ") && both.contains(" was left out, as the row of us at "), both);
            assertTrue(both.contains("secret = (private)"), both);
            assertTrue(why(mesh.us(), "pairs", "[\"1\", \"x\"]").contains("The history knows no conflict of it."), "key in the order of the columns");
            String deleted = why(mesh.us(), "t", "[\"2\"]");
            assertTrue(deleted.contains("was left out, as the row of us at"), deleted);
            String none = why(mesh.us(), "t", "777");
            assertTrue(none.contains("No such row stands here."), none);
            JsonNode json = new ObjectMapper().readTree(new CommandLineOf(mesh.us()).run("why", "t", "1", "--json").out());
            assertEquals("us", json.get("origin").asText());
            assertEquals(1, new CommandLineOf(mesh.us()).run("why", "nowhere", "1").exitCode());
            assertEquals(1, new CommandLineOf(mesh.us()).run("why", "t", "no number").exitCode());
            assertEquals(1, new CommandLineOf(mesh.us()).run("why", "pairs", "x").exitCode());
        } finally {
            mesh.us().node().start();
            mesh.us().node().awaitReady(LIMIT);
        }
        String fromEu = why(mesh.eu(), "t", "1");
        assertTrue(fromEu.contains("It was last written in us at ") && fromEu.contains("was written over the row of eu at "), fromEu);
    }

    private static String why(TestingRegion region, String table, String key) {
        CommandLineOf.Result result = new CommandLineOf(region).run("why", table, key);
        assertEquals(0, result.exitCode(), result.toString());
        return result.out();
    }

    @Test
    void theStatusCountsThem() {
        Wait.until(LIMIT, () -> String.valueOf(mesh.eu().node().status()),
                () -> mesh.eu().node().status().map(s -> s.get("history").get("conflictsLastHour").asLong() == 3).orElse(false));
        assertTrue(new CommandLineOf(mesh.eu()).run("status").out().contains("conflicts   3 in the last hour, no row is parked"));
    }
}
