package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Two regions that both take writes: every kind of change, names that hurt, conflicts, and no loops. */
class BothDirectionsTest {

    private static final Duration LIMIT = Duration.ofSeconds(180);

    @TempDir
    static Path directory;
    private static TestingMesh mesh;

    @BeforeAll
    static void start() {
        mesh = new TestingMesh(directory, new TestingMesh.Options("18", List.of("public.*", "Sales*.*", "s2.*"),
                List.of("-Xmx256m"), Map.of()));
        mesh.execute("create table t (id int primary key, v text)",
                "create table pairs (a int, b text, v numeric, primary key (b, a))",
                "create table docs (id int primary key, n int, body text)",
                "alter table docs alter column body set storage external",
                "create table keyonly (k uuid primary key)",
                "create table identity (id int generated always as identity (increment by 2) primary key, v text, twice text generated always as (v || v) stored)",
                "create schema \"Sales.x\"", "create schema s2",
                "create table \"Sales.x\".\"Order\" (\"select\" int, \"a\"\"b\" text, \"ünï\" text, primary key (\"select\"))",
                "create table s2.t (id int primary key, v text)",
                "create table s2.\"axb\" (id int primary key)", "create table s2.\"a.b\" (id int primary key, v text)",
                "create table parts (id int, r text, primary key (id, r)) partition by list (r)",
                "create table parts_eu partition of parts for values in ('eu')",
                "create table parts_us partition of parts for values in ('us')").start();
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    @Test
    void everyKindOfChangeGoesBothWays() {
        for (TestingRegion region : mesh.regions()) {
            int base = region.id().equals("eu") ? 0 : 100;
            region.postgres().execute(
                    "insert into t select i, 'v' || i from generate_series(" + (base + 1) + ", " + (base + 20) + ") i",
                    "update t set v = 'changed' where id = " + (base + 2),
                    "delete from t where id = " + (base + 3),
                    "update t set id = id + 50 where id = " + (base + 4),
                    "insert into pairs values (1, 'x" + base + "', 1.50), (2, 'x" + base + "', null)",
                    "update pairs set v = 'NaN' where a = 2", "update pairs set b = b || 'y' where a = 1 and b = 'x" + base + "'",
                    "begin; insert into t values (" + (base + 60) + ", 'a'); update t set v = 'b' where id = " + (base + 60)
                            + "; delete from t where id = " + (base + 60) + "; insert into t values (" + (base + 60) + ", 'c'); commit",
                    "insert into keyonly select gen_random_uuid() from generate_series(1, 3)",
                    "insert into parts select i, r from generate_series(" + base + ", " + (base + 3) + ") i, (values ('eu'), ('us')) x(r)",
                    "insert into \"Sales.x\".\"Order\" values (" + base + ", 'q', 'ä'), (" + (base + 1) + ", null, '')",
                    "update \"Sales.x\".\"Order\" set \"a\"\"b\" = 'it''s' where \"select\" = " + base,
                    "insert into s2.t values (" + base + ", 's2')",
                    "insert into s2.\"a.b\" values (" + base + ", 'dot')", "insert into s2.\"axb\" values (" + base + ")");
        }
        assertEqual();
        assertEquals("changed,changed", mesh.us().postgres().value("select string_agg(v, ',') from t where id in (2, 102)"));
        assertEquals("0", mesh.eu().postgres().value("select count(*) from t where id in (3, 4, 103, 104)"));
        assertEquals("c,c", mesh.eu().postgres().value("select string_agg(v, ',') from t where id in (60, 160)"));
        assertEquals("16", mesh.eu().postgres().value("select count(*) from parts"));
    }

    @Test
    void unchangedLargeValuesStayWhatTheyAre() {
        mesh.eu().postgres().execute("insert into docs select i, 0, string_agg(md5(i::text || g::text), '') from generate_series(1, 3) i,"
                + " generate_series(1, 2000) g group by i");
        mesh.awaitQuiet(LIMIT);
        mesh.us().postgres().execute("update docs set n = n + 1 where id <= 2", "update docs set id = 30 where id = 3");
        assertEqual();
        assertEquals("64000", mesh.eu().postgres().value("select length(body) from docs where id = 30"));
        mesh.eu().postgres().execute("update docs set body = '__debezium_unavailable_value' where id = 1",
                "update docs set n = 9 where id = 1");
        assertEqual();
        assertEquals("__debezium_unavailable_value", mesh.us().postgres().value("select body from docs where id = 1"));
    }

    @Test
    void aTruncateEmptiesTheOtherSideAndNewRowsLive() {
        mesh.eu().postgres().execute("insert into s2.t select i, 'x' from generate_series(1000, 1100) i");
        mesh.awaitQuiet(LIMIT);
        mesh.us().postgres().execute("truncate s2.t", "insert into s2.t values (5000, 'after')");
        assertEqual();
        assertEquals("after", mesh.eu().postgres().value("select string_agg(v, ',') from s2.t where id >= 1000"));
    }

    @Test
    void identityAndGeneratedColumnsArriveAsTheyWere() {
        mesh.us().postgres().execute("alter table identity alter id restart with 2", "insert into identity (v) values ('u')");
        mesh.eu().postgres().execute("insert into identity (v) values ('e')", "update identity set v = 'ee' where v = 'e'");
        assertEqual();
        assertEquals(List.of(List.of("1", "ee", "eeee"), List.of("2", "u", "uu")),
                mesh.us().postgres().query("select * from identity order by id"));
    }

    @Test
    void concurrentWritesOfOneRowEndEqualAndTheLaterWins() {
        mesh.eu().postgres().execute("insert into t values (900, 'start')");
        mesh.awaitQuiet(LIMIT);
        mesh.cut();
        mesh.eu().postgres().execute("update t set v = 'eu' where id = 900", "delete from t where id = 19", "update t set v = 'eu' where id = 18");
        mesh.us().postgres().execute("update t set v = 'us' where id = 900", "update t set v = 'us' where id = 19", "delete from t where id = 18");
        mesh.heal();
        assertEqual();
        assertEquals("us", mesh.eu().postgres().value("select v from t where id = 900"));
        assertTrue(mesh.us().node().metric("rowmesh_conflicts_total", "update_origin_differs")
                + mesh.eu().node().metric("rowmesh_conflicts_total", "update_origin_differs") >= 1);
    }

    @Test
    void aColumnAddedInOneRegionAfterTheOtherFlows() {
        mesh.eu().postgres().execute("insert into pairs values (500, 'before', 1)");
        mesh.awaitQuiet(LIMIT);
        mesh.us().postgres().execute("alter table pairs add column w timestamptz", "update pairs set w = now() where a = 500");
        mesh.awaitQuiet(LIMIT);
        mesh.eu().postgres().execute("alter table pairs add column w timestamptz");
        mesh.eu().postgres().execute("insert into pairs values (501, 'after', 2, 'infinity')");
        mesh.us().postgres().execute("update pairs set v = 3 where a = 501");
        mesh.awaitQuiet(LIMIT);
        mesh.eu().postgres().execute("update pairs set v = v + 1 where a in (500, 501)");
        mesh.awaitQuiet(LIMIT);
        // What us wrote before eu had the column is parked there, with its later changes, until somebody settles it.
        assertEquals("1", mesh.us().postgres().value("select count(*) from pairs where a = 501 and w = 'infinity'"));
        assertEquals("42703", mesh.eu().postgres().value("select min(sqlstate) from rowmesh.parked where row_key like '%500%'"));
        mesh.regions().forEach(region -> region.postgres().execute("truncate rowmesh.parked"));
        mesh.us().postgres().execute("update pairs set v = v where a >= 500");
        assertEqual();
    }

    @Test
    void tombstonesGoOnceEverybodyHasSeenTheDeleteAndStayWhileALinkIsCut() throws InterruptedException {
        mesh.eu().postgres().execute("insert into t select i, 'to go' from generate_series(8000, 8010) i");
        mesh.awaitQuiet(LIMIT);
        mesh.cut();
        mesh.us().postgres().execute("delete from t where id between 8000 and 8010");
        Thread.sleep(10_000);
        assertEquals("11", mesh.us().postgres().value("select count(*) from rowmesh.tombstone where row_key like '[\"80%'"));
        mesh.heal();
        for (TestingRegion region : mesh.regions()) {
            Wait.until(LIMIT, () -> "tombstones stand in " + region.id() + ": "
                    + region.postgres().query("select * from rowmesh.tombstone limit 3"),
                    () -> region.postgres().value("select count(*) from rowmesh.tombstone").equals("0"));
        }
        assertEqual();
    }

    @Test
    void anIdleMeshShipsNothing() throws InterruptedException {
        mesh.eu().postgres().execute("insert into t select i, 'storm' from generate_series(2000, 4000) i");
        mesh.us().postgres().execute("insert into t select i, 'storm' from generate_series(5000, 7000) i", "update t set v = 'x' where id > 1900");
        assertEqual();
        double[] before = shipped();
        Thread.sleep(2_000);
        double[] after = shipped();
        assertEquals(before[0], after[0], "user transactions shipped by an idle mesh");
        assertTrue(after[1] > before[1], "heartbeats go on");
    }

    private static double[] shipped() {
        double transactions = 0;
        double heartbeats = 0;
        for (TestingRegion region : mesh.regions()) {
            transactions += region.node().metric("rowmesh_shipped_transactions_total", "");
            heartbeats += region.node().metric("rowmesh_shipped_heartbeats_total", "");
        }
        return new double[] {transactions, heartbeats};
    }

    private static void assertEqual() {
        assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
        for (TestingRegion region : mesh.regions()) {
            assertEquals(List.of(), region.postgres().query("select table_name, row_key, reason from rowmesh.parked"));
        }
    }
}
