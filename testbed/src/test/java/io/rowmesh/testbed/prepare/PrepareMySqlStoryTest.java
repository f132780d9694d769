package io.rowmesh.testbed.prepare;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.event.EventType;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.ResolvedTables;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** From a MySQL server that nobody prepared to one that lacks nothing: by {@code --apply}, and by hand with the printed SQL. */
class PrepareMySqlStoryTest {

    private static final Map<String, String> UNPREPARED = Map.of("gtid-mode", "OFF", "enforce-gtid-consistency", "OFF",
            "binlog-format", "STATEMENT", "binlog-row-image", "MINIMAL", "binlog-row-metadata", "MINIMAL", "binlog-row-value-options", "PARTIAL_JSON",
            "sync-binlog", "0", "innodb-flush-log-at-trx-commit", "2");

    private static final String[] TABLES = {
            "create table orders (id int primary key, note text)",
            "create table audit_orders (id int primary key)",
            "create table by_month (month int, id int, primary key (month, id)) partition by range (month) (partition p values less than maxvalue)",
            "create table `Or'd\"\"er *é``;--` (`Select` int, `i d``` binary(16) primary key)",
            "create view an_order as select * from orders",
            "create table private (x int)"};

    @TempDir
    Path directory;

    private static Map<String, String> modes() {
        Map<String, String> modes = new LinkedHashMap<>();
        modes.put("shop.*", "active-active");
        modes.put("shop.audit_*", "send-only");
        modes.put("shop.private", "off");
        return modes;
    }

    @Test
    void fromNothingToReady() throws Exception {
        try (TestingMySql server = TestingMySql.start(directory, UNPREPARED);
             ServerSocket peer = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            byApply(server, peer);
            server.execute("drop database rowmesh");
            byHand(server, peer);
        }
    }

    private void byApply(TestingMySql server, ServerSocket peer) throws Exception {
        TestingMySqlRegion region = region(server, "apply", peer);
        TestingMySqlRegion.Result before = region.run("check");
        assertEquals(5, before.exitCode(), before.toString());
        assertTrue(before.err().startsWith("rowmesh: cannot connect to database '" + region.database + "' at 127.0.0.1:" + server.port() + " as '"
                + region.user + "': Access denied"), before.err());
        TestingMySqlRegion.Result apply = region.run("prepare", "--apply", "--admin-user", "root");
        assertEquals(4, apply.exitCode(), apply.toString());
        assertTrue(apply.out().endsWith("lacking: the user " + region.account() + " is locked. Give it its password: alter user " + region.account()
                + " identified by '...' account unlock.\n"), apply.out());
        region.unlock();
        assertEquals("Nothing is lacking.\n", region.run("prepare", "--apply", "--admin-user", "root").out());
        ready(region);
    }

    /** By its own user, who exists and may do nothing, each step by an administrator's hand. */
    private void byHand(TestingMySql server, ServerSocket peer) throws Exception {
        TestingMySqlRegion region = region(server, "by_hand", peer);
        server.execute("create user " + region.account() + " account lock");
        region.unlock();
        TestingMySqlRegion.Result check = region.run("check");
        assertEquals(4, check.exitCode(), check.toString());
        assertTrue(check.out().contains("lacking: the user " + region.account() + " lacks REPLICATION SLAVE, REPLICATION CLIENT, PROCESS on the server."), check.out());
        assertTrue(check.out().contains("lacking: the control tables cannot be looked at under this user."), check.out());
        assertTrue(check.out().contains("lacking: the database " + region.database + " cannot be seen under this user."), check.out());
        for (int round = 0; round < 2; round++) {
            TestingMySqlRegion.Result print = region.run("prepare");
            assertEquals(4, print.exitCode(), print.toString());
            String script = print.out().lines().filter(line -> !line.startsWith("--")).reduce("", (a, b) -> a + b + "\n");
            for (String sql : script.split(";\n")) {
                if (!sql.isBlank()) {
                    region.execute(sql);
                }
            }
        }
        ready(region);
    }

    private TestingMySqlRegion region(TestingMySql server, String name, ServerSocket peer) {
        TestingMySqlRegion region = new TestingMySqlRegion(server, directory, name, modes());
        region.execute(TABLES);
        region.peerAt(peer.getLocalPort());
        return region;
    }

    private void ready(TestingMySqlRegion region) throws Exception {
        String written = region.server.value("select @@gtid_executed");
        TestingMySqlRegion.Result check = region.run("check");
        assertEquals(0, check.exitCode(), check.toString());
        assertTrue(check.out().contains("as " + region.user + ", MySQL 8.0.15\n"), check.out());
        assertTrue(check.out().contains("tables: 3 active-active, 1 send-only, 0 receive-only"), check.out());
        assertEquals("-- Nothing is lacking.\n", region.run("prepare").out());
        assertEquals("-- Nothing is lacking.\n", region.run("prepare", "--admin-user", "root").out());
        assertEquals(written, region.server.value("select @@gtid_executed"), "looking changes nothing");
        try (Connection connection = Databases.connect(region.configured())) {
            ResolvedTables tables = ResolvedTables.read(region.config(), connection);
            assertEquals("[shop.Or'd\"\"er *é`;--, shop.audit_orders, shop.by_month, shop.orders]", tables.sending().toString());
            assertEquals(3, tables.receiving().size());
        }
        MySqlControl.migrations(Databases.dataSource(region.configured())).validate();
        MySqlControl.migrate(Databases.dataSource(region.configured()));
        worksAsTheNode(region);
    }

    /** The grants are enough for what the node does: apply with foreign keys asleep, and read the log and where it ends. */
    private static void worksAsTheNode(TestingMySqlRegion region) throws Exception {
        try (Connection connection = region.connectAsTheNode(); Statement statement = connection.createStatement()) {
            assertEquals("UTC", value(statement, "select if(@@time_zone in ('UTC', '+00:00'), 'UTC', @@time_zone)"));
            assertEquals("utf8mb4", value(statement, "select @@character_set_client"));
            for (String setting : new String[] {"foreign_key_checks = 0", "time_zone = '+00:00'", "innodb_lock_wait_timeout = 3600",
                    "sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'", "net_write_timeout = 600",
                    "transaction_isolation = 'READ-COMMITTED'", "wait_timeout = 31536000", "max_execution_time = 0", "range_optimizer_max_mem_size = 0",
                    "lc_messages = 'en_US'", "sql_safe_updates = 0", "max_error_count = 64"}) {
                statement.execute("set session " + setting);
            }
            assertEquals("1", value(statement, "select get_lock('rowmesh_shop_us-1', 0)"));
            connection.setAutoCommit(false);
            statement.execute("insert into rowmesh.progress values ('us-1', 1, 1, now(6), 0)");
            statement.execute("insert into orders values (1, 'x')");
            statement.execute("select * from orders where id = 1 for update");
            assertEquals(0, statement.executeUpdate("update orders set note = 'x'"));
            statement.execute("delete from orders");
            connection.commit();
            connection.setAutoCommit(true);
            for (String asked : new String[] {"show master status", "show binary logs", "select @@global.gtid_executed, @@global.gtid_purged",
                    "select count(*) from information_schema.columns", "select release_lock('rowmesh_shop_us-1')",
                    "select connection_id()", "show processlist", "select is_used_lock('rowmesh_shop_us-1')"}) {
                statement.executeQuery(asked).close();
            }
            assertThrows(SQLException.class, () -> statement.execute("create table more (x int)"));
            assertThrows(SQLException.class, () -> statement.execute("select * from mysql.user"));
        }
        readsTheLog(region);
    }

    private static String value(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void readsTheLog(TestingMySqlRegion region) throws Exception {
        Database.MySql database = region.configured();
        BinaryLogClient client = new BinaryLogClient(database.host(), database.port(), database.user(), TestingMySqlRegion.PASSWORD);
        client.setServerId(database.serverId());
        client.setGtidSet("");
        client.setKeepAlive(false);
        CountDownLatch rows = new CountDownLatch(1);
        client.registerEventListener(event -> {
            if (EventType.isRowMutation(event.getHeader().getEventType())) {
                rows.countDown();
            }
        });
        client.connect(10_000);
        try {
            assertTrue(rows.await(10, TimeUnit.SECONDS));
        } finally {
            client.disconnect();
        }
    }
}
