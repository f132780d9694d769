package io.rowmesh.testbed.prepare;

import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.Finding;
import io.rowmesh.node.prepare.LackingException;
import io.rowmesh.node.prepare.Preparation;
import io.rowmesh.testbed.TestingMySql;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each thing that a MySQL database can lack is named, and gone when it is mended. */
class PrepareMySqlFindingsTest {

    @TempDir
    static Path directory;
    private static TestingMySql server;

    @BeforeAll
    static void start() {
        server = TestingMySql.start(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static TestingMySqlRegion prepared(TestInfo test, Map<String, String> modes, String... tables) {
        String name = test.getTestMethod().orElseThrow().getName();
        TestingMySqlRegion region = new TestingMySqlRegion(server, directory, name.substring(0, Math.min(20, name.length())), modes);
        region.execute("create table t (id int primary key, x int)");
        region.prepare();
        region.execute(tables);
        return region;
    }

    private static TestingMySqlRegion prepared(TestInfo test, String... tables) {
        return prepared(test, Map.of("shop.*", "active-active"), tables);
    }

    @Test
    void eachMissingGrantIsNamedAndMended(TestInfo test) {
        TestingMySqlRegion region = prepared(test);
        assertEquals(List.of(), region.lacking());
        String database = "`eachMissingGrantIsNa\\_d``b`.*";
        region.execute("revoke trigger, delete on " + database + " from " + region.account(), "revoke replication slave on *.* from " + region.account(),
                "revoke create, index on rowmesh.* from " + region.account());
        assertEquals(List.of("the user " + region.account() + " lacks REPLICATION SLAVE on the server",
                "the user " + region.account() + " lacks CREATE, INDEX on the database rowmesh",
                "the user " + region.account() + " lacks DELETE, TRIGGER on the database " + region.database), region.lacking());
        region.prepare();
        assertEquals(List.of(), region.lacking());
        region.execute("revoke replication client on *.* from " + region.account(), "revoke all on " + database + " from " + region.account());
        assertEquals(List.of("the user " + region.account() + " lacks REPLICATION CLIENT on the server",
                "the user " + region.account() + " lacks SELECT, INSERT, UPDATE, DELETE, LOCK TABLES, TRIGGER on the database " + region.database,
                "the database " + region.database + " cannot be seen under this user"), region.lacking());
    }

    /** For a table that is only sent, reading is enough; and rights may come table by table, or by roles. */
    @Test
    void rightsMayBeNarrowOrComeByARole(TestInfo test) {
        Map<String, String> modes = new LinkedHashMap<>(Map.of("shop.t", "send-only"));
        TestingMySqlRegion region = prepared(test, modes, "create table u (id int primary key)");
        String database = "`rightsMayBeNarrowOrC_d``b`";
        region.execute("revoke all privileges, grant option from " + region.account(), "create role app_reader",
                "grant replication slave, replication client, process on *.* to app_reader", "grant lock tables on " + database + ".* to app_reader", "grant select on " + database + ".t to " + region.account(),
                "grant all on rowmesh.* to app_reader", "grant app_reader to " + region.account());
        assertTrue(region.lacking().get(0).endsWith(" lacks REPLICATION SLAVE, REPLICATION CLIENT, PROCESS on the server"), region.lacking().toString());
        region.execute("set default role all to " + region.account());
        assertEquals(List.of(), region.lacking());
        assertEquals("-- Nothing is lacking.\n", region.run("prepare", "--admin-user", "root").out());
        modes.put("shop.*", "active-active");
        region.execute("grant select on " + database + ".u to " + region.account());
        region.more("  - { match: shop.u, mode: active-active }\n");
        assertEquals(List.of("the user " + region.account() + " lacks INSERT, UPDATE, DELETE, TRIGGER on the database " + region.database),
                region.lacking());
    }

    @Test
    void keysMustBeExact(TestInfo test) {
        TestingMySqlRegion region = prepared(test, "create table a (k varchar(20) character set utf8mb4 primary key)",
                "create table b (k varchar(20) character set latin1 collate latin1_bin, n enum('a'), primary key (k, n))",
                "create table c (k text character set latin1 collate latin1_german1_ci, primary key (k(5)))",
                "create table d (k double primary key)", "create table e (x int, k int as (x + 1) stored primary key)",
                "create table f (x int)", "create table g (k varbinary(20), b binary(2), primary key (k, b))");
        assertEquals(List.of(
                "the collation of the key column k of shop.a is utf8mb4_0900_ai_ci, which takes some different texts for one",
                "only the first 5 characters of the key column k of shop.c are its key",
                "the collation of the key column k of shop.c is latin1_german1_ci, which takes some different texts for one",
                "the key column k of shop.d is a double", "the key column k of shop.e is generated", "shop.f has no primary key"), region.lacking());
        String why = region.findings().stream().filter(finding -> finding.what().contains("shop.a")).findFirst().orElseThrow().why();
        String alter = why.substring(why.indexOf("(alter") + 1, why.indexOf(" ...)"));
        assertEquals("alter table `keysMustBeExact_d``b`.`a` modify `k` varchar(20) collate utf8mb4_bin not null", alter);
        region.execute(alter, "drop table c, d, e, f");
        assertEquals(List.of(), region.lacking());
    }

    @Test
    void whatMySqlDoesByItselfIsRefusedWhereItWouldMakeRegionsDiffer(TestInfo test) {
        Map<String, String> modes = new LinkedHashMap<>();
        modes.put("shop.*", "active-active");
        modes.put("shop.sent*", "send-only");
        modes.put("shop.off*", "off");
        String reference = " int, foreign key (p) references t (id) ";
        TestingMySqlRegion region = prepared(test, modes, "create table plain (id int primary key, p" + reference + ")",
                "create table gone (id int primary key, p" + reference + "on delete cascade)",
                "create table sent (id int primary key, p" + reference + "on update set null)",
                "create table off1 (id int primary key, p" + reference + "on delete cascade)",
                "create table isam (id int primary key) engine = MyISAM",
                "set global log_bin_trust_function_creators = on",
                "create trigger plain_bi before insert on plain for each row set new.p = 1",
                "create trigger sent_bi before insert on sent for each row set new.p = 1");
        assertEquals(List.of("the foreign key gone_ibfk_1 of shop.gone says on delete cascade when t changes",
                "the engine of shop.isam is MyISAM", "shop.plain has triggers (plain_bi)",
                "the foreign key sent_ibfk_1 of shop.sent says on update set null when t changes"), region.lacking());
        NodeConfig config = region.config();
        assertThrows(LackingException.class, () -> {
            try (Connection connection = Databases.connect(config.database())) {
                Preparation.require(config, connection);
            }
        });
    }

    @Test
    void whatIsWorthKnowingIsNoted(TestInfo test) {
        TestingMySqlRegion region = prepared(test, "create table n (id int auto_increment primary key, phone text)", "create table N (id int primary key)",
                "set global event_scheduler = on", "create event daily on schedule every 1 day do delete from t");
        region.more("private: [ { match: 'shop.n', columns: [phnoe, id] } ]\nrules: [ { match: 'shop.gone', rule: last-write-wins } ]\n");
        server.execute("set global binlog_expire_logs_seconds = 3600");
        assertEquals(List.of("the binary log is kept for 3600 s only, and 3 days (259200 s) are recommended",
                "the pattern shop.gone matches no table",
                "the key of shop.n is made by auto_increment, and auto_increment_increment is 1",
                "no table that matches shop.n has the private column phnoe", "the private column id of shop.n belongs to the key",
                "the tables shop.N and shop.n differ in the case of their letters only"), region.notes());
        server.execute("set global binlog_expire_logs_seconds = 0");
        assertEquals(List.of(), region.lacking());
        String asRoot = region.run("prepare", "--admin-user", "root").out();
        assertTrue(asRoot.contains("has scheduled events (daily)"), asRoot);
    }

    @Test
    void theServersNumberIsItsOwnAndItMustBeWritable(TestInfo test) {
        TestingMySqlRegion region = prepared(test);
        String id = server.value("select @@server_id");
        server.execute("set global server_id = 4000000001");
        assertEquals(List.of("server_id is 4000000001, and the node reads the log under 4000000000 and 4000000001"), region.lacking());
        server.execute("set global server_id = 0", "set global read_only = on");
        assertEquals(List.of("server_id is 0", "the server is read-only"), region.lacking());
        server.execute("set global read_only = off", "set global server_id = " + id);
        assertEquals(List.of(), region.lacking());
    }

    @Test
    void theDatabaseMustBeThere(TestInfo test) {
        TestingMySqlRegion region = prepared(test);
        region.execute("drop database " + TestingMySqlRegion.quoted(region.database));
        assertEquals(List.of("the database " + region.database + " does not exist"), region.lacking());
    }

    /** Which of them will let the node in, an administrator's connection cannot tell. */
    @Test
    void allAccountsOfTheUsersNameArePrepared(TestInfo test) {
        TestingMySqlRegion region = prepared(test);
        String local = region.account().replace("%", "localhost");
        server.execute("create user " + local + " account lock");
        assertEquals(List.of(), region.lacking());
        String script = region.run("prepare", "--admin-user", "root").out();
        assertTrue(script.contains("grant replication slave, replication client, process on *.* to " + local + ";\n"), script);
    }

    @Test
    void aMigrationThatFailsIsToldOf(TestInfo test) {
        TestingMySqlRegion region = prepared(test);
        server.execute("delete from rowmesh.flyway_schema_history");
        Finding finding = Preparation.lacking(region.findings()).get(0);
        assertEquals("the control tables lack version 1 (control tables)", finding.what());
        TestingMySqlRegion.Result result = region.run("prepare", "--apply");
        assertEquals(4, result.exitCode());
        assertTrue(result.err().startsWith("rowmesh: 'the control tables lack version 1 (control tables)' could not be changed: Table 'epoch' already exists"), result.err());
        server.execute("drop database rowmesh");
        assertEquals(0, region.run("prepare", "--apply").exitCode());
    }
}
