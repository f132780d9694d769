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
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Parked rows and what a person does about them: mend and retry, or settle. */
class ParkedTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    static Path directory;
    private static TestingMesh mesh;
    private static CommandLineOf eu;
    private static CommandLineOf us;

    @BeforeAll
    static void start() {
        mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withYaml("""
                private: [ { match: public.people, columns: [secret] } ]
                rules:
                  - { match: public.stock, rule: last-write-wins, columns: { n: sum, high: max } }
                  - { match: public.customer, rule: column-merge }
                """));
        mesh.execute("create table stock (id int primary key, n int not null, high int, v text)",
                "create table of_stock (id int primary key references stock on delete cascade)", "create table customer (id int primary key, city text, zip text)",
                "create table wide (id int primary key, v text)",
                "create table people (id int primary key, email text unique, secret text)",
                "create table checked (id numeric primary key, v text)").start();
        eu = new CommandLineOf(mesh.eu());
        us = new CommandLineOf(mesh.us());
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    @Test
    void retriedOnceTheColumnIsThereWithItsWaitingChangesInOrderAndTheirOwnVersions() {
        mesh.us().postgres().execute("alter table wide add column w int", "insert into wide values (1, 'first', 1)",
                "update wide set w = 2 where id = 1", "update wide set v = 'third', w = 3 where id = 1", "insert into wide values (2, 'gone', 1)",
                "delete from wide where id = 2");
        mesh.awaitQuiet(LIMIT);
        assertEquals(List.of(List.of("insert", "42703", "f"), List.of("update", "55000", "t"), List.of("update", "55000", "t")), mesh.eu().postgres().query(
                "select kind, sqlstate, waits_for = min(parked_id) over () and waits_for is not null from rowmesh.parked where row_key = '[\"1\"]' order by parked_id"));
        String head = mesh.eu().postgres().value("select min(parked_id) from rowmesh.parked");
        CommandLineOf.Result shown = eu.run("parked", "show", head);
        assertTrue(shown.out().contains("behind it 2 later changes") && shown.out().contains("has no column \"w\" here"), shown.out());

        CommandLineOf.Result early = eu.run("parked", "retry", head);
        assertEquals(1, early.exitCode(), early.toString());
        assertTrue(early.out().startsWith("entry " + head + ": still parked: table public.wide has no column \"w\""), early.out());

        mesh.eu().postgres().execute("alter table wide add column w int");
        CommandLineOf.Result retried = eu.run("parked", "retry", "--all");
        assertEquals(0, retried.exitCode(), retried.toString());
        assertEqual();
        assertEquals("third 3", mesh.eu().postgres().value("select v || ' ' || w from wide"));
        assertEquals(List.of(List.of("[\"1\"]", "it was written"), List.of("[\"1\"]", "it was written"), List.of("[\"1\"]", "it was written")),
                mesh.eu().postgres().query("select row_key, note from rowmesh.conflict where decision = 'retried' and row_key = '[\"1\"]' order by conflict_id"));
        assertEquals(1, eu.run("parked", "retry", head).exitCode());
        // What comes afterwards waits for nothing.
        mesh.us().postgres().execute("update wide set w = 4 where id = 1");
        assertEqual();
    }

    @Test
    void aUniqueKeyTakenInBothRegionsIsSettledWithAFileAndTheOtherSideRetried() throws IOException {
        mesh.cut();
        mesh.eu().postgres().execute("insert into people values (1, 'ann@example.org', 'eu secret')");
        mesh.us().postgres().execute("insert into people values (2, 'ann@example.org', 'us secret')");
        mesh.heal();
        mesh.awaitQuiet(LIMIT);
        String inEu = mesh.eu().postgres().value("select parked_id from rowmesh.parked where table_name = 'people'");
        String inUs = mesh.us().postgres().value("select parked_id from rowmesh.parked where table_name = 'people'");
        assertEquals("update_exists", mesh.eu().postgres().value("select type from rowmesh.conflict where table_name = 'people' and decision = 'parked'"));
        CommandLineOf.Result shown = eu.run("parked", "show", inEu);
        assertTrue(shown.out().contains("ann@example.org") && !shown.out().contains("secret  us secret") && shown.out().contains("(hidden"), shown.out());

        assertEquals(1, eu.run("parked", "settle", inEu, "--with", "remote").exitCode(), "the cause is not mended");
        assertEquals("1", mesh.eu().postgres().value("select count(*) from rowmesh.parked where table_name = 'people'"));

        Path file = Files.writeString(directory.resolve("row.json"), "{\"email\": \"ann2@example.org\", \"secret\": \"us secret\"}");
        CommandLineOf.Result settled = eu.run("parked", "settle", inEu, "--with", file.toString());
        assertEquals(0, settled.exitCode(), settled.toString());
        assertEquals("settled 1 parked change of public.people [\"2\"]: the row was inserted\n", settled.out());
        CommandLineOf.Result again = eu.run("parked", "settle", inEu, "--with", file.toString());
        assertEquals(0, again.exitCode(), again.toString());
        assertTrue(again.out().startsWith("entry " + inEu + " is not parked any more: it was settled at "), again.out());
        mesh.awaitQuiet(LIMIT);
        assertEquals("ann2@example.org", mesh.us().postgres().value("select email from people where id = 2"));
        assertEquals(0, us.run("parked", "retry", inUs).exitCode());
        assertEqual();
        assertEquals("settled", mesh.eu().postgres().value("select decision from rowmesh.conflict where parked_id = " + inEu));
        assertEquals("0", mesh.eu().postgres().value("select count(*) from rowmesh.conflict c where c::text like '%us secret%'"));
    }

    @Test
    void settledWithNoRowItIsDeletedWhereItStands() {
        mesh.cut();
        mesh.eu().postgres().execute("insert into people values (5, 'bob@example.org', 'eu')");
        mesh.us().postgres().execute("insert into people values (6, 'bob@example.org', 'us')");
        mesh.heal();
        mesh.awaitQuiet(LIMIT);
        CommandLineOf.Result settled = eu.run("parked", "settle", mesh.eu().postgres().value("select parked_id from rowmesh.parked where row_key = '[\"6\"]'"),
                "--with", "local");
        assertTrue(settled.out().contains("with no row, as none stands here; it is deleted in the other regions"), settled.toString());
        mesh.awaitQuiet(LIMIT);
        assertEquals("0", mesh.us().postgres().value("select count(*) from people where id = 6"));
        assertEquals(0, us.run("parked", "retry", "--all").exitCode());
        assertEqual();
        assertEquals("5", mesh.us().postgres().value("select string_agg(id::text, ',') from people where email = 'bob@example.org'"));
    }

    @Test
    void settledWithTheLocalRowOrTheRemoteOneBothRegionsGetIt() {
        mesh.eu().postgres().execute("insert into checked values (1.50, 'both'), (2, 'both'), (3, 'both')");
        mesh.awaitQuiet(LIMIT);
        mesh.us().postgres().execute("alter table checked add constraint good check (v <> 'bad')");
        mesh.eu().postgres().execute("update checked set v = 'bad'", "update checked set v = 'worse' where id = 2", "delete from checked where id = 3");
        mesh.awaitQuiet(LIMIT);
        assertEquals(0, settle("[\"1.5\"]", "local").exitCode());
        mesh.awaitQuiet(LIMIT);
        assertEquals("both", mesh.eu().postgres().value("select v from checked where id = 1.5"));
        CommandLineOf.Result remote = settle("[\"2\"]", "remote");
        assertEquals("settled 2 parked changes of public.checked [\"2\"]: with the row of eu, the row was updated\n", remote.out());
        assertEquals("with the row of eu, the row was deleted", settle("[\"3\"]", "remote").out().trim().replaceAll(".*: ", ""));
        assertEqual();
        assertEquals("both,worse", mesh.us().postgres().value("select string_agg(v, ',' order by id) from checked"));
        assertEquals("5", mesh.us().postgres().value("select count(*) from rowmesh.conflict where table_name = 'checked' and decision = 'settled'"));
    }

    private static CommandLineOf.Result settle(String key, String with) {
        return settle("checked", key, with);
    }

    private static CommandLineOf.Result settle(String table, String key, String with) {
        return us.run("parked", "settle", mesh.us().postgres().value("select min(parked_id) from rowmesh.parked where table_name = '" + table
                + "' and row_key = '" + key + "'"), "--with", with);
    }

    /** There the row begins anew everywhere, whatever was counted before; rows that refer to it stay. */
    @Test
    void aCounterIsSettledByARowThatBeginsAnew() throws IOException {
        mesh.eu().postgres().execute("insert into stock values (1, 5, 5, 'first')");
        mesh.awaitQuiet(LIMIT);
        mesh.us().postgres().execute("alter table stock add constraint few check (n <= 7 or v is null)", "insert into of_stock values (1)");
        mesh.eu().postgres().execute("update stock set n = n + 4, high = 9 where id = 1", "insert into stock values (2, 100, 1, 'only in eu')");
        mesh.us().postgres().execute("update stock set n = n - 1 where id = 1");
        mesh.awaitQuiet(LIMIT);
        assertEquals("8 4", mesh.eu().postgres().value("select n from stock where id = 1") + " " + mesh.us().postgres().value("select n from stock where id = 1"));
        assertEquals(1, settle("stock", "[\"1\"]", "remote").exitCode(), "the cause is not mended");
        CommandLineOf.Result local = settle("stock", "[\"1\"]", "local");
        assertTrue(local.out().contains("the row was made anew"), local.toString());
        assertTrue(settle("stock", "[\"2\"]", "local").out().contains("it is deleted in the other regions"));
        mesh.eu().postgres().execute("insert into stock values (3, 50, 1, 'as in eu')");
        mesh.awaitQuiet(LIMIT);
        Path file = Files.writeString(directory.resolve("stock.json"), "{\"n\": \"7\", \"v\": \"settled\"}");
        assertTrue(settle("stock", "[\"3\"]", file.toString()).out().contains("the row was made anew"));
        mesh.awaitQuiet(LIMIT);
        mesh.eu().postgres().execute("update stock set n = n + 1 where id = 1", "update stock set n = n - 2 where id = 3");
        assertEqual();
        assertEquals(List.of(List.of("1", "5", "5", "first"), List.of("3", "5", "1", "settled")).toString(), mesh.us().postgres().query(
                "select id, n, case when id = 1 then high else 1 end, v from stock order by id").toString());
        assertEquals("1", mesh.us().postgres().value("select count(*) from of_stock"));
        assertEquals("0", mesh.us().postgres().value("select count(*) from rowmesh.pending_delete"));
    }

    /** As each column has its own last write, the row that is settled takes all of them. */
    @Test
    void aMergedRowIsSettledWithAllItsColumns() {
        mesh.eu().postgres().execute("insert into customer values (1, 'Rome', '1')");
        mesh.awaitQuiet(LIMIT);
        mesh.us().postgres().execute("alter table customer add constraint good check (city <> 'bad')");
        mesh.us().postgres().execute("update customer set zip = '3' where id = 1");
        mesh.awaitQuiet(LIMIT);
        mesh.eu().postgres().execute("update customer set city = 'bad', zip = '2' where id = 1");
        mesh.awaitQuiet(LIMIT);
        assertEquals(0, settle("customer", "[\"1\"]", "local").exitCode());
        assertEqual();
        assertEquals("Rome 3", mesh.eu().postgres().value("select city || ' ' || zip from customer"));
        mesh.eu().postgres().execute("update customer set city = 'Oslo' where id = 1");
        assertEqual();
        assertEquals("Oslo 3", mesh.us().postgres().value("select city || ' ' || zip from customer"));
    }

    /** Changes that a settling did not see, as they came meanwhile, are judged by their versions without anybody asking. */
    @Test
    void whatWaitsBehindNothingIsRetriedByItself() {
        mesh.eu().postgres().execute("insert into checked values (10, 'a')");
        mesh.awaitQuiet(LIMIT);
        mesh.us().postgres().execute("alter table checked add constraint ten check (id <> 10 or v <> 'bad')");
        mesh.eu().postgres().execute("update checked set v = 'bad' where id = 10", "update checked set v = 'good' where id = 10");
        mesh.awaitQuiet(LIMIT);
        mesh.us().postgres().execute("delete from rowmesh.parked where row_key = '[\"10\"]' and waits_for is null");
        for (TestingRegion region : mesh.regions()) {
            Wait.until(LIMIT, () -> region.node().tail(), () -> region.postgres().value("select v from checked where id = 10").equals("good"));
        }
        assertEquals("0", mesh.us().postgres().value("select count(*) from rowmesh.parked where row_key = '[\"10\"]'"));
    }

    private static void assertEqual() {
        assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT).stream().filter(d -> !d.contains("checked")).toList());
    }
}
