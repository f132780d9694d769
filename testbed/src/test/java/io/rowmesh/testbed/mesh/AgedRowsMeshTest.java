package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.OldRows;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** H53: a database has had so many transactions that its rows are written anew; nobody else hears of it. */
@DisabledIfSystemProperty(named = "rowmesh.databases", matches = "docker", disabledReason = "sets the counter in the server's files")
class AgedRowsMeshTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String RULES = """
            rules:
              - { match: "public.stock", rule: last-write-wins, columns: { n: sum } }
              - { match: "public.merged", rule: column-merge }
            """;

    @TempDir
    Path directory;

    @Test
    void rowsAreWrittenAnewAndTheRegionsStayEqual() {
        TestingMesh.Options options = new TestingMesh.Options("18", TestingMesh.DEFAULT.tables(), TestingMesh.DEFAULT.nodeOptions(), Map.of("autovacuum_freeze_max_age", "2000000000"));
        try (TestingMesh mesh = new TestingMesh(directory, options.withYaml(RULES)).execute("create table t (id int primary key, v text)",
                "create table stock (id int primary key, n int not null)", "alter table stock replica identity full",
                "create table merged (id int primary key, a text, b text)", "alter table merged replica identity full").start()) {
            TestingRegion eu = mesh.eu();
            eu.postgres().execute("insert into t select i, 'old' from generate_series(1, 2000) i", "insert into stock select i, 1 from generate_series(1, 2000) i",
                    "insert into merged select i, 'a', 'b' from generate_series(1, 2000) i");
            mesh.awaitQuiet(LIMIT);
            eu.node().kill();
            OldRows.passTransactions(eu.postgres(), directory.resolve("eu"), (1L << 30) + 100_000);
            mesh.us().postgres().execute("update t set v = 'us' where id <= 10", "update stock set n = n + 10 where id <= 10", "update merged set a = 'us' where id <= 10");
            eu.node().start();
            eu.node().awaitReady(LIMIT);
            eu.postgres().execute("update t set v = 'eu' where id between 6 and 20", "update stock set n = n + 100 where id between 6 and 20",
                    "update merged set b = 'eu' where id between 6 and 20");
            mesh.awaitQuiet(LIMIT);
            for (String table : new String[] {"t", "stock", "merged"}) {
                assertEquals("0", eu.postgres().value("select count(*) from " + table + " where age(xmin) > (1 << 30)"), table);
                awaitEqual(mesh, "select * from " + table + " order by id");
            }
            assertEquals("10|111", eu.postgres().lines("select id, n from stock where id = 10"));
            assertEquals("us|eu", eu.postgres().lines("select a, b from merged where id = 10"));
            for (TestingRegion region : mesh.regions()) {
                assertEquals("0", region.postgres().value("select count(*) from rowmesh.parked"));
                assertTrue(region.node().status().orElseThrow().toString().contains("RUNNING"));
            }
            assertEquals("eu", mesh.us().postgres().value("select v from t where id = 20"));
        }
    }

    /** What a lane has joined is shown once the capture has met what ran before, a moment later. */
    private static void awaitEqual(TestingMesh mesh, String query) {
        Wait.until(LIMIT, () -> query + " differs", () -> mesh.eu().postgres().lines(query).equals(mesh.us().postgres().lines(query)));
    }
}
