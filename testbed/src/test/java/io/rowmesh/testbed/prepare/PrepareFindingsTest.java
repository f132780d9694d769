package io.rowmesh.testbed.prepare;

import io.rowmesh.node.prepare.Finding;
import io.rowmesh.node.prepare.LackingException;
import io.rowmesh.node.prepare.Preparation;
import io.rowmesh.schema.store.ControlSchema;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each thing that a database can lack is named, and gone when its SQL has run. */
class PrepareFindingsTest {

    @TempDir
    static Path directory;
    private static TestingPostgres server;

    @BeforeAll
    static void start() {
        server = TestingPostgres.start(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private TestingRegion prepared(TestInfo test, String... tables) {
        TestingRegion region = new TestingRegion(server, directory, test.getTestMethod().orElseThrow().getName(), Map.of("public.*", "active-active"));
        region.execute("create table t (id int primary key, x int)");
        region.prepare();
        region.execute(tables);
        return region;
    }

    private static void assertGoneAfterApply(TestingRegion region) {
        region.prepare();
        assertEquals(List.of(), region.lacking());
    }

    /** Where a rule decides by what was seen, what is applied must show its progress to the capture; nowhere else. */
    @Test
    void progressIsPublishedExactlyWhereARuleDecidesBySeen(TestInfo test) {
        TestingRegion region = prepared(test, "alter table t replica identity full");
        region.more("rules: [ { match: public.t, rule: last-write-wins, columns: { x: sum } } ]\n");
        String lacking = region.lacking().stream().filter(what -> what.contains("publication")).findFirst().orElseThrow();
        assertTrue(lacking.endsWith(" lacks rowmesh.progress"), lacking);
        assertGoneAfterApply(region);
        region.more("");
        String surplus = region.lacking().stream().filter(what -> what.contains("publication")).findFirst().orElseThrow();
        assertTrue(surplus.endsWith(" holds rowmesh.progress in surplus"), surplus);
        assertGoneAfterApply(region);
    }

    @Test
    void eachMissingGrantIsNamed(TestInfo test) {
        TestingRegion region = prepared(test);
        String role = "\"" + region.role.replace("\"", "\"\"") + "\"";
        region.execute("revoke truncate, delete on t from " + role, "revoke usage on schema public from public",
                "revoke set on parameter session_replication_role from " + role, "alter role " + role + " noreplication",
                "revoke execute on function pg_replication_origin_xact_reset(), pg_replication_origin_oid(text) from " + role);
        assertEquals(List.of("the role " + region.role + " lacks the attribute REPLICATION",
                "the role " + region.role + " may not execute pg_replication_origin_oid(text), pg_replication_origin_xact_reset()",
                "the role " + region.role + " may not set session_replication_role",
                "the role " + region.role + " lacks USAGE on the schema public",
                "the role " + region.role + " lacks DELETE, TRUNCATE on public.t"), region.lacking());
        assertGoneAfterApply(region);
    }

    @Test
    void tablesThatCannotTakePartAreNamedAndNeverPublished(TestInfo test) {
        TestingRegion region = prepared(test,
                "create table no_key (x int)",
                "create table deferrable_key (id int primary key deferrable)",
                "create unlogged table unlogged (id int primary key)",
                "create table float_key (id float8 primary key)",
                "create table odd_columns (id int primary key, \"Name\" text, name text, at timetz)");
        for (String table : List.of("no_key", "deferrable_key", "unlogged", "float_key", "odd_columns")) {
            region.execute("grant all on " + table + " to public");
        }
        List<Finding> findings = region.findings();
        String all = String.join("\n", findings.stream().map(Finding::what).toList());
        assertTrue(all.contains("public.no_key has no primary key"), all);
        assertTrue(all.contains("the primary key of public.deferrable_key is deferrable"), all);
        assertTrue(all.contains("public.unlogged is unlogged"), all);
        assertTrue(all.contains("public.float_key: key column id is of type double precision, and keys of that type cannot be compared"), all);
        assertTrue(all.contains("public.odd_columns: columns Name and name differ only in case"), all);
        assertTrue(all.contains("public.odd_columns: column at is of type time with time zone, which cannot be carried exactly"), all);
        List<Finding> withSql = findings.stream().filter(finding -> !finding.sql().isEmpty()).toList();
        assertEquals(List.of("alter publication \"rowmesh\" set table \"public\".\"float_key\", \"public\".\"odd_columns\", \"public\".\"t\", "
                + "\"rowmesh\".\"heartbeat\""), withSql.stream().flatMap(finding -> finding.sql().stream()).toList());
        assertEquals(4, region.run("prepare", "--apply", "--admin-user", "postgres").exitCode());
    }

    @Test
    void tablesThatSqlCanMendAreMended(TestInfo test) {
        TestingRegion region = prepared(test,
                "create table ri_index (id int primary key, u int not null unique)",
                "alter table ri_index replica identity using index ri_index_u_key",
                "create table ri_nothing (id int primary key)", "alter table ri_nothing replica identity nothing",
                "create table ri_full (id int primary key)", "alter table ri_full replica identity full",
                "create table always (id int generated always as identity primary key, n int generated always as identity)",
                "create table secured (id int primary key)", "alter table secured enable row level security",
                "create table children (id int primary key, t int references t on delete cascade)");
        String all = String.join("\n", region.lacking());
        assertTrue(all.contains("the replica identity of public.ri_index is an index"), all);
        assertTrue(all.contains("the replica identity of public.ri_nothing is NOTHING"), all);
        assertFalse(all.contains("the replica identity of public.ri_full"), all);
        assertTrue(all.contains("column n of public.always is GENERATED ALWAYS AS IDENTITY and not part of the key"), all);
        assertFalse(all.contains("column id of public.always"), all);
        assertTrue(all.contains("row security hides rows of public.secured from the role " + region.role), all);
        assertTrue(all.contains("the publication rowmesh lacks public.always, public.children, public.ri_full, public.ri_index, "
                + "public.ri_nothing and 1 more"), all);
        assertGoneAfterApply(region);
    }

    @Test
    void aPublicationThatDiffersIsNamed(TestInfo test) {
        TestingRegion region = prepared(test, "create schema other", "create table other.o (id int primary key)");
        region.execute("alter publication rowmesh add table other.o", "alter publication rowmesh set (publish = 'insert')");
        assertEquals(List.of("the publication rowmesh does not publish inserts, updates, deletes and truncates of each table as its own",
                "the publication rowmesh holds other.o in surplus"), region.lacking());
        assertGoneAfterApply(region);
        region.execute("alter publication rowmesh set table t where (x > 1), rowmesh.heartbeat");
        assertEquals(List.of("the publication rowmesh filters rows or columns"), region.lacking());
        assertGoneAfterApply(region);
        region.execute("alter publication rowmesh set (publish_generated_columns = stored, publish_via_partition_root)");
        assertEquals(1, region.lacking().size());
        assertGoneAfterApply(region);
        region.execute("drop publication rowmesh", "create publication rowmesh for all tables");
        assertEquals(List.of("the publication rowmesh holds all tables, or whole schemas"), region.lacking());
        assertGoneAfterApply(region);
    }

    @Test
    void controlTablesOfAnotherOwnerAreNamed(TestInfo test) {
        TestingRegion region = new TestingRegion(server, directory, "owner", Map.of("public.*", "active-active"));
        PGSimpleDataSource admin = new PGSimpleDataSource();
        admin.setUrl(server.jdbcUrl());
        admin.setDatabaseName(region.database);
        ControlSchema.migrate(admin);
        String all = String.join("\n", region.lacking());
        assertTrue(all.contains("the schema rowmesh does not belong to the role " + region.role), all);
        assertTrue(all.contains("the control tables cannot be looked at under this role"), all);
        assertGoneAfterApply(region);
    }

    @Test
    void withoutAnAdministratorNothingIsHalfDone(TestInfo test) {
        TestingRegion region = new TestingRegion(server, directory, "plain", Map.of("public.*", "active-active", "public.ghost_*", "off"));
        TestingRegion.Result result = region.run("prepare", "--apply");
        assertEquals(4, result.exitCode());
        assertTrue(result.err().startsWith("rowmesh: 'the role plain\"r m;-- lacks the attribute REPLICATION' could not be changed: ERROR: permission denied"),
                result.err());
        assertTrue(region.run("prepare").out().contains("Note: the pattern public.ghost_* matches no table\n"));
    }

    @Test
    void whatIsAllowedButWorthKnowingIsANote(TestInfo test) {
        TestingRegion region = prepared(test,
                "create function nothing() returns trigger language plpgsql as 'begin return new; end'",
                "create trigger wakeful before insert on t for each row execute function nothing()",
                "create trigger asleep before insert on t for each row execute function nothing()",
                "alter table t enable always trigger wakeful");
        assertEquals(List.of("the trigger wakeful of public.t is ENABLE ALWAYS or REPLICA"),
                region.findings().stream().map(Finding::what).toList());
        assertEquals(List.of(), region.lacking());
    }

    @Test
    void theStartIsRefusedWithTheFindings(TestInfo test) throws Exception {
        TestingRegion region = prepared(test, "create table no_key ()");
        try (Connection connection = region.connect(region.role)) {
            LackingException e = assertThrows(LackingException.class, () -> Preparation.require(region.config(), connection));
            assertTrue(e.getMessage().contains("lacking: public.no_key has no primary key. "), e.getMessage());
        }
    }

    @Test
    void aMissingRoleIsCreatedFirst(TestInfo test) throws Exception {
        TestingRegion region = new TestingRegion(server, directory, "roleless", Map.of("public.*", "active-active"));
        server.execute("drop role \"roleless\"\"r m;--\"");
        try (Connection connection = region.connect("postgres")) {
            assertEquals(List.of("create role \"roleless\"\"r m;--\" login replication"),
                    Preparation.findings(region.config(), connection).stream().flatMap(finding -> finding.sql().stream()).toList());
        }
        assertEquals(5, region.run("check").exitCode());
        assertGoneAfterApply(region);
    }

    @Test
    void anotherEncodingIsNamed(TestInfo test) throws Exception {
        server.execute("create database ascii encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'");
        TestingRegion region = prepared(test);
        try (Connection connection = java.sql.DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + server.port() + "/ascii?user=postgres")) {
            assertTrue(Preparation.findings(region.config(), connection).stream().anyMatch(finding -> finding.lacking()
                    && finding.what().equals("the database's encoding is SQL_ASCII, not UTF8")));
        }
    }
}
