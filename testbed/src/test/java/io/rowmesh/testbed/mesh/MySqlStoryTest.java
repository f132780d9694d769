package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a person sees and does who runs a region on PostgreSQL (eu) and one on MySQL (us). */
class MySqlStoryTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    static Path directory;
    private static TestingMesh mesh;
    private static CommandLineOf eu;
    private static CommandLineOf us;

    @BeforeAll
    static void start() {
        mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withMySql("us"));
        mesh.eu().database().execute("create table notes (id int primary key, v text, n bigint)",
                "create table people (id int primary key, email varchar(50) unique)", "create table t (id int primary key, v text)", "create table texts (id int primary key, v text)");
        mesh.us().database().execute("create table notes (id int primary key, v varchar(10) character set latin1, n int)",
                "create table people (id int primary key, email varchar(50) unique)", "create table t (id int primary key, v longtext)", "create table texts (id int primary key, v text)");
        mesh.start();
        eu = new CommandLineOf(mesh.eu());
        us = new CommandLineOf(mesh.us());
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    private static String lines(TestingRegion region, String table, String columns) {
        return region.database().lines("select " + columns + " from " + table + " order by id");
    }

    /** Whether the regions have the same rows; returns them. */
    private static String equal(String table, String columns) {
        mesh.awaitQuiet(LIMIT);
        String rows = lines(mesh.eu(), table, columns);
        assertEquals(rows, lines(mesh.us(), table, columns), table);
        return rows;
    }

    private static String ok(CommandLineOf region, String... arguments) {
        CommandLineOf.Result result = region.run(arguments);
        assertEquals(0, result.exitCode(), result.toString());
        return result.out();
    }

    private static String parkedId(TestingRegion region, String table, int id) {
        return region.database().value("select min(parked_id) from rowmesh.parked where table_name = '" + table + "' and row_key = '[\"" + id + "\"]'");
    }

    private static String status(CommandLineOf region, String text) {
        Wait.until(LIMIT, () -> "no \"" + text + "\" in " + region.run("status").out() + "\n" + region.region().node().tail(),
                () -> region.run("status").out().contains(text));
        return region.run("status").out();
    }

    @Test
    void whatMySqlCannotHoldIsParkedThereUntilItsColumnsAreMended() {
        mesh.eu().database().execute("insert into notes values (1, 'fits', 1), (2, 'longer than ten', 2), (3, 'big', 3000000000), (4, 'кот', 4), (5, 'fits', 5)",
                "update notes set v = 'longer again' where id = 2");
        mesh.awaitQuiet(LIMIT);
        assertEquals("1|fits|1\n5|fits|5", lines(mesh.us(), "notes", "id, v, n"));
        String list = ok(us, "parked", "list");
        assertEquals(5, list.lines().filter(line -> line.contains("public.notes")).count() + 1, list);
        assertTrue(ok(us, "parked", "show", parkedId(mesh.us(), "notes", 2)).contains("behind it 1 later change of this key waits"));
        for (int id : new int[] {2, 3, 4}) {
            String shown = ok(us, "parked", "show", parkedId(mesh.us(), "notes", id));
            assertTrue(shown.contains(id == 3 ? "'n'" : "'v'") || shown.contains(id == 3 ? "\"n\"" : "\"v\""), shown);
        }
        status(us, "3 rows PARKED");

        CommandLineOf.Result early = us.run("parked", "retry", "--all");
        assertEquals(1, early.exitCode(), early.toString());
        assertTrue(early.out().contains("still parked"), early.toString());
        mesh.us().database().execute("alter table notes modify v longtext character set utf8mb4, modify n bigint");
        ok(us, "parked", "retry", "--all");
        assertEquals("1|fits|1\n2|longer again|2\n3|big|3000000000\n4|кот|4\n5|fits|5", equal("notes", "id, v, n"));
        assertFalse(ok(us, "parked", "list").contains("public.notes"));
        mesh.us().database().execute("update notes set v = 'собака' where id = 4");
        assertTrue(equal("notes", "id, v, n").contains("4|собака|4"));
    }

    @Test
    void whatPostgresCannotHoldIsParkedThereAndSettled() throws IOException {
        mesh.us().database().execute("insert into texts values (1, 'good'), (2, concat('a', char(0), 'b')), (3, 'good')", "insert into texts values (4, concat('c', char(0)))");
        mesh.awaitQuiet(LIMIT);
        assertEquals("1|good\n3|good", lines(mesh.eu(), "texts", "id, v"));
        String id = parkedId(mesh.eu(), "texts", 2);
        assertTrue(ok(eu, "parked", "show", id).contains("column"), ok(eu, "parked", "show", id));
        assertEquals(1, eu.run("parked", "settle", id, "--with", "remote").exitCode());
        Path file = Files.writeString(directory.resolve("row.json"), "{\"v\": \"a b\"}");
        assertEquals("settled 1 parked change of public.texts [\"2\"]: the row was inserted\n", ok(eu, "parked", "settle", id, "--with", file.toString()));
        assertTrue(ok(eu, "parked", "settle", parkedId(mesh.eu(), "texts", 4), "--with", "local").contains("it is deleted in the other regions"));
        assertEquals("1|good\n2|a b\n3|good", equal("texts", "id, v"));
    }

    @Test
    void aUniqueKeyTakenInBothIsParkedInBothAndSettled() throws IOException {
        mesh.cut();
        mesh.eu().database().execute("insert into people values (1, 'ann@example.org')");
        mesh.us().database().execute("insert into people values (2, 'ann@example.org')");
        mesh.heal();
        mesh.awaitQuiet(LIMIT);
        String inUs = parkedId(mesh.us(), "people", 1);
        assertTrue(ok(us, "parked", "show", inUs).contains("ann@example.org"), ok(us, "parked", "show", inUs));
        assertEquals(1, us.run("parked", "settle", inUs, "--with", "remote").exitCode(), "the cause is not mended");
        Path file = Files.writeString(directory.resolve("person.json"), "{\"email\": \"ann2@example.org\"}");
        assertEquals("settled 1 parked change of public.people [\"1\"]: the row was inserted\n", ok(us, "parked", "settle", inUs, "--with", file.toString()));
        mesh.awaitQuiet(LIMIT);
        ok(eu, "parked", "retry", parkedId(mesh.eu(), "people", 2));
        assertEquals("1|ann2@example.org\n2|ann@example.org", equal("people", "id, email"));
    }

    @Test
    void conflictsAreListedShownAndExplainedOnBothSides() {
        mesh.eu().database().execute("insert into t values (20, 'start'), (21, 'start')");
        mesh.awaitQuiet(LIMIT);
        // Each has seen the other's start of things.
        mesh.awaitQuiet(LIMIT);
        mesh.cut();
        mesh.eu().database().execute("update t set v = 'eu' where id = 20", "delete from t where id = 21", "insert into t values (22, 'eu')");
        mesh.us().database().execute("update t set v = 'us' where id = 20", "update t set v = 'us' where id = 21", "insert into t values (22, 'us')");
        mesh.heal();
        assertTrue(equal("t", "id, v").contains("20|us\n21|us\n22|us"));
        for (CommandLineOf region : List.of(eu, us)) {
            String list = ok(region, "conflicts", "list", "--table", "public.t", "--since", "1h");
            assertTrue(list.contains("update_origin_differs") && list.contains("insert_exists"), list);
            assertTrue(list.contains(region == eu ? "update_deleted" : "delete_origin_differs"), list);
            String id = list.lines().filter(line -> line.contains("[\"22\"]")).findFirst().orElseThrow().split(" ")[0];
            String show = ok(region, "conflicts", "show", id);
            assertTrue(show.contains(region == eu ? " was written over the row of eu at " : " was left out, as the row of us at "), show);
            assertTrue(show.lines().anyMatch(line -> line.matches(region == eu ? "v +eu +us +differs" : "v +us +eu +differs")), show);
            String why = ok(region, "why", "t", "20");
            assertTrue(why.contains("The row stands here. It was last written in us" + (region == us ? " (this region)" : "") + " at "), why);
            assertTrue(why.contains(region == eu ? "was written over the row of eu at " : "was left out, as the row of us at "), why);
        }
        assertEquals(versionOf(eu), versionOf(us), "the same version, to the microsecond");
    }

    private static String versionOf(CommandLineOf region) {
        return ok(region, "why", "t", "20").replaceAll("(?s).*It was last written in us[a-z ()]* at (\\S+ \\S+)\\.\\s.*", "$1");
    }

    @Test
    void theStatusAndTheMetricsOfMySqlTellWhereItStands() {
        mesh.awaitQuiet(LIMIT);
        String status = status(us, "behind the log");
        assertTrue(status.startsWith("region us, epoch 1: RUNNING\n"), status);
        assertTrue(status.lines().anyMatch(line -> line.matches("capture +RUNNING, sequence [0-9]+ at 1:[0-9]+, .* behind the log")), status);
        assertTrue(status.lines().anyMatch(line -> line.matches("eu +connected +.*")), status);
        assertTrue(status.lines().anyMatch(line -> line.matches("eu +RUNNING +1 +.*")), status);
        assertFalse(status.contains("notice"), status);
        mesh.us().database().execute("flush binary logs");
        mesh.eu().database().execute("insert into t values (30, 'after the flush')");
        mesh.us().database().execute("insert into t values (31, 'after the flush')");
        assertTrue(equal("t", "id, v").contains("30|after the flush\n31|after the flush"));
        assertTrue(status(us, " at 2:").contains(" behind the log"));
        assertTrue(mesh.us().node().metric("rowmesh_staleness_seconds", "") < 30);
        String log = mesh.us().node().tail();
        assertFalse(log.contains("BinaryLogClient"), log);
    }

    @Test
    void aTableThatComesLaterAndCannotBeCarriedIsToldOfAndGoesOnOnceItIsMended() {
        mesh.eu().database().execute("create table later (id int primary key, v json)");
        mesh.us().database().execute("create table later (id int primary key, v json)");
        status(eu, "notice: table public.later matches the configuration but is not captured");
        String told = status(us, "notice: table public.later matches the configuration but is not captured");
        assertTrue(told.contains("restart the node"), told);
        ok(eu, "prepare", "--apply");
        ok(us, "prepare", "--apply", "--admin-user", "root");
        restart(mesh.eu());
        restart(mesh.us());
        String refused = "column v of table public.later is ";
        status(eu, refused);
        told = status(us, refused);
        assertTrue(told.contains("json keeps ") && told.contains("and restart its node, or exclude the table"), told);
        mesh.us().database().execute("insert into later values (1, '{\"a\": 1}')", "insert into t values (40, 'waits')");
        mesh.eu().database().execute("alter table later alter v type jsonb", "insert into later values (2, '{\"b\": 2}')");
        restart(mesh.eu());
        assertEquals("1|{\"a\": 1}\n2|{\"b\": 2}", equal("later", "id, v"));
        assertTrue(equal("t", "id, v").contains("40|waits"));
        assertFalse(us.run("status").out().contains("public.later"));
    }

    private static void restart(TestingRegion region) {
        region.node().stop();
        region.node().start();
        region.node().awaitReady(LIMIT);
    }

    @Test
    void aNodeThatLacksGrantsOrSettingsSaysSoInsteadOfStarting() {
        mesh.us().node().stop();
        mesh.us().database().execute("revoke lock tables on app.* from rowmesh", "set global binlog_row_image = 'minimal'");
        mesh.us().node().start();
        int exitCode = mesh.us().node().awaitExit(LIMIT);
        String log = mesh.us().node().tail();
        CommandLineOf.Result check = us.run("check");
        ok(us, "prepare", "--apply", "--admin-user", "root");
        ok(us, "check");
        mesh.us().node().start();
        mesh.us().node().awaitReady(LIMIT);
        for (String told : List.of(log, check.toString())) {
            assertTrue(told.contains("lacking: the user 'rowmesh'@'%' lacks LOCK TABLES on the database app.")
                    && told.contains("lacking: binlog_row_image is MINIMAL and must be FULL."), told);
        }
        assertTrue(log.contains("rowmesh: the database lacks 2 things; 'rowmesh prepare' prints the SQL for them:"), log);
        assertEquals(List.of(4, 4), List.of(exitCode, check.exitCode()), check.toString());
        mesh.eu().database().execute("insert into t values (50, 'after the grant')");
        assertTrue(equal("t", "id, v").contains("50|after the grant"));
    }
}
