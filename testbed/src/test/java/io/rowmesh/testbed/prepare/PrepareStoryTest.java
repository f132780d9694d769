package io.rowmesh.testbed.prepare;

import io.rowmesh.applier.history.HistoryPartitions;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.ResolvedTables;
import io.rowmesh.schema.store.ControlSchema;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** From a server that nobody prepared to one that lacks nothing: by {@code --apply}, and by hand with the printed SQL. */
class PrepareStoryTest {

    private static final String[] TABLES = {
            "create table orders (id int primary key, note text)",
            "create table audit_orders (id int primary key)",
            "create table by_month (month int, id int, primary key (month, id)) partition by range (month)",
            "create table by_month_1 partition of by_month for values from (1) to (2)",
            "create schema \"a.b\"\"; drop table x;--\"",
            "create table \"a.b\"\"; drop table x;--\".\"Or'd\"\"er *é\uD83D\uDE00\" (\"Select\" int, \"i d\"\"\" uuid primary key, "
                    + "\"n;--\" int generated always as identity)",
            "alter table \"a.b\"\"; drop table x;--\".\"Or'd\"\"er *é\uD83D\uDE00\" replica identity nothing",
            "create table private (x int)"};

    @TempDir
    Path directory;

    private static Map<String, String> modes() {
        Map<String, String> modes = new LinkedHashMap<>();
        modes.put("*.*", "active-active");
        modes.put("public.audit_*", "send-only");
        modes.put("public.private", "off");
        return modes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"18", "16"})
    void fromNothingToReady(String major) throws Exception {
        try (TestingPostgres server = TestingPostgres.start(directory, major, Map.of());
             ServerSocket peer = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            byApply(server, peer);
            byHand(server, peer);
        }
    }

    private void byApply(TestingPostgres server, ServerSocket peer) throws Exception {
        TestingRegion region = region(server, "apply", peer);
        TestingRegion.Result before = region.run("check");
        assertEquals(4, before.exitCode(), before.toString());
        assertTrue(before.out().contains("lacking: the role " + region.role + " lacks the attribute REPLICATION."), before.out());
        TestingRegion.Result apply = region.run("prepare", "--apply", "--admin-user", "postgres");
        assertEquals(0, apply.exitCode(), apply.toString());
        assertTrue(apply.out().endsWith("Nothing is lacking.\n"), apply.out());
        ready(region);
    }

    private void byHand(TestingPostgres server, ServerSocket peer) throws Exception {
        server.execute("select pg_replication_origin_drop(roname) from pg_replication_origin");
        TestingRegion region = region(server, "by_hand", peer);
        TestingRegion.Result print = region.run("prepare");
        assertEquals(4, print.exitCode(), print.toString());
        for (String block : print.out().lines().filter(line -> !line.startsWith("--")).reduce("", (a, b) -> a + b + "\n").split("\n\n")) {
            region.execute(block.startsWith("begin;") ? new String[] {block} : block.split(";\n"));
        }
        ready(region);
    }

    private TestingRegion region(TestingPostgres server, String name, ServerSocket peer) {
        TestingRegion region = new TestingRegion(server, directory, name, modes());
        region.execute(TABLES);
        region.peerAt(peer.getLocalPort());
        return region;
    }

    private void ready(TestingRegion region) throws SQLException {
        TestingRegion.Result check = region.run("check");
        assertEquals(0, check.exitCode(), check.toString());
        assertTrue(check.out().contains("tables: 3 active-active, 1 send-only, 0 receive-only"), check.out());
        assertEquals("-- Nothing is lacking.\n", region.run("prepare").out());
        try (Connection connection = region.connect(region.role)) {
            ResolvedTables tables = ResolvedTables.read(region.config(), connection);
            assertEquals("[a.b\"; drop table x;--.Or'd\"er *é\uD83D\uDE00, public.audit_orders, public.by_month_1, public.orders]",
                    tables.sending().toString());
            assertEquals(3, tables.receiving().size());
            assertEquals(List.of("a.b\"; drop table x;--.Or'd\"er *é\uD83D\uDE00", "public.audit_orders", "public.by_month_1", "public.orders",
                            "rowmesh.heartbeat"),
                    ControlSchema.sql(connection).fetch("select schemaname || '.' || tablename as t from pg_publication_tables order by schemaname collate \"C\", tablename")
                            .map(row -> row.get(0, String.class)));
            worksAsTheNode(connection);
        }
        flywayIsContent(region);
        keepsTheHistoryInOrder(region);
    }

    /** The node's own role owns what it makes partitions of, whoever ran the migrations. */
    private static void keepsTheHistoryInOrder(TestingRegion region) throws SQLException {
        new HistoryPartitions(Databases.dataSource((Database.Postgres) region.config().database()), Duration.ofDays(30)).step();
        try (Connection connection = region.connect(region.role); Statement statement = connection.createStatement()) {
            statement.execute("insert into rowmesh.conflict (table_schema, table_name, rule, decision) values ('s', 't', 'r', 'd')");
            assertEquals(0, ControlSchema.sql(connection).fetchSingle("select count(*) from rowmesh.conflict_default").get(0, int.class));
            assertEquals(4, ControlSchema.sql(connection).fetchSingle("select count(*) from pg_class where relname ~ '^conflict_[0-9]+$' and relkind = 'r'").get(0, int.class));
        }
    }

    /** The grants are enough for what the node does: apply under an origin with triggers asleep, and read the log. */
    private void worksAsTheNode(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set session_replication_role = replica");
            statement.execute("select pg_replication_origin_session_setup('rowmesh_us-1')");
            connection.setAutoCommit(false);
            statement.execute("select pg_replication_origin_xact_setup('0/0', '2024-01-01 00:00:00Z')");
            statement.execute("insert into orders values (1, 'x'); update orders set note = 'y'; delete from orders; truncate orders");
            statement.execute("insert into rowmesh.progress values ('us-1', 1, 1, now())");
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("select * from pg_show_replication_origin_status(), pg_replication_origin_session_progress(true)");
            statement.execute("select pg_replication_origin_oid('rowmesh_self'), pg_replication_origin_session_is_setup()");
            statement.execute("select pg_replication_origin_session_reset()");
            statement.execute("insert into rowmesh.version_sample values (1000000000, 3, now() - interval '1 day')");
            statement.execute("select rowmesh.may_overwrite('3', null, now(), '{0}', now() - interval '1 day')");
            statement.execute("select pg_create_logical_replication_slot('prepare_test', 'pgoutput')");
            statement.execute("select pg_drop_replication_slot('prepare_test')");
            assertThrows(SQLException.class, () -> statement.execute("select * from private"));
            assertThrows(SQLException.class, () -> statement.execute("insert into audit_orders values (1)"));
        }
    }

    /** Whoever made the control tables, later migrations find them in order. */
    private static void flywayIsContent(TestingRegion region) {
        PGSimpleDataSource source = Databases.dataSource((Database.Postgres) region.config().database());
        ControlSchema.migrations(source).validate();
        ControlSchema.migrate(source);
        assertEquals(0, ControlSchema.migrations(source).info().pending().length);
    }
}
