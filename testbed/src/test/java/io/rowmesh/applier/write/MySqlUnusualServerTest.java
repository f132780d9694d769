package io.rowmesh.applier.write;

import io.rowmesh.applier.mysql.MySqlDatabase;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A server whose defaults are as far from the usual ones as they can be. */
class MySqlUnusualServerTest {

    private static final TableId T = new TableId("shop", "t");
    private static final TableShape SHAPE = new TableShape(T, List.of(new Column("id", "mysql:int", true), new Column("v", "mysql:varchar(200)", false),
            new Column("c", "mysql:char(5)", false), new Column("d", "mysql:datetime(3)", false), new Column("ts", "mysql:timestamp(6)", false)));
    private static final String TEXT = "a\\b 'c' \"d\" \\' \\\\ %_`?{fn now()}\n\0z";

    private static TestingMySql mysql;
    @TempDir
    static Path directory;

    @BeforeAll
    static void start() {
        mysql = TestingMySql.start(directory.resolve("us"), Map.of("sql-mode", "ANSI,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,TIME_TRUNCATE_FRACTIONAL",
                "default-time-zone", "+05:45", "transaction-isolation", "SERIALIZABLE", "character-set-server", "latin1", "max-allowed-packet", "1M",
                "lc-messages", "de_DE", "autocommit", "1", "innodb-rollback-on-timeout", "ON"));
        MySqlControl.migrate(TestingMySqlLanes.dataSource(mysql));
    }

    @AfterAll
    static void stop() {
        mysql.close();
    }

    @BeforeEach
    void forget() {
        mysql.execute("delete from rowmesh.progress");
    }

    private static Row row(int id, String v, String c) {
        return new Row(Integer.toString(id), v, c, "2024-03-31 02:30:00.999", "2024-10-27 01:30:00.999999+00");
    }

    @Test
    void valuesAreExactAndSettledExactly() throws SQLException {
        mysql.execute("create table app.t (id int primary key, v varchar(200) character set utf8mb4, c char(5), d datetime(3), ts timestamp(6) null)");
        try (TestingMySqlLanes us = new TestingMySqlLanes(mysql, directory.resolve("values"), Set.of(T))) {
            long now = us.clock();
            assertEquals(1, us.apply("eu", now, new RowChange.Insert(SHAPE, row(1, TEXT, "ab"))).applied);
            assertEquals(new Version(now, "eu"), us.version(T, "[\"1\"]"));
            assertEquals(stored(TEXT), mysql.value("select hex(v) from app.t where id = 1"));
            assertEquals("2024-10-27 07:15:00.999999|2024-03-31 02:30:00.999", mysql.value("select concat(ts, '|', d) from app.t"));
            long later = us.clock();
            Outcome outcome = us.apply("eu", later, new RowChange.Insert(SHAPE, row(2, TEXT, "too long")));
            assertEquals(1, outcome.parked);
            long id = Long.parseLong(mysql.value("select max(parked_id) from rowmesh.parked"));
            try (Connection connection = mysql.connect()) {
                Settlement.settle(connection, new MySqlDatabase(TestingMySqlLanes.NAMES), us.options, id,
                        new Settlement.With.Values(Map.of("v", TEXT, "c", "short")));
            }
            assertEquals(stored(TEXT), mysql.value("select hex(v) from app.t where id = 2"));
        }
    }

    private static String stored(String text) {
        StringBuilder hex = new StringBuilder();
        for (byte each : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            hex.append(String.format("%02X", each));
        }
        return hex.toString();
    }

    @Test
    void namesOfAnyKind() throws SQLException {
        List<String> names = List.of("Order", "a.b", "a`b", "a\"b", "a'b", "a;b--", "a?b", "a{b}", "{fn x}", "a\\b", "%s", "/*x*/", "é", "select", "1x", "x".repeat(64));
        TableId table = new TableId("shop", "T`a.b?{\"'\\; é" + "x".repeat(50));
        String columns = String.join(", ", names.stream().map(name -> MySqlNames.quoted(name) + " varchar(30)").toList());
        try (Connection connection = mysql.connect(); Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute("create table app." + MySqlNames.quoted(table.name()) + " (" + MySqlNames.quoted("i`d?") + " int primary key, " + columns + ")");
        }
        List<Column> shape = new java.util.ArrayList<>(List.of(new Column("i`d?", "mysql:int", true)));
        names.forEach(name -> shape.add(new Column(name, "mysql:varchar(30)", false)));
        TableShape of = new TableShape(table, shape);
        String[] values = new String[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i == 0 ? "1" : "v" + i;
        }
        try (TestingMySqlLanes us = new TestingMySqlLanes(mysql, directory.resolve("names"), Set.of(table))) {
            long now = us.clock();
            assertEquals(1, us.apply("eu", now, new RowChange.Insert(of, new Row(values))).applied);
            assertEquals(new Version(now, "eu"), us.version(table, "[\"1\"]"));
            values[5] = "changed";
            assertEquals(1, us.apply("ap", now + 1, new RowChange.Update(of, null, new Row(values))).applied);
            assertEquals(1, us.apply("ap", us.clock(), new RowChange.Delete(of, of.keyOnly("1"))).applied);
            us.apply("eu", us.clock(), new RowChange.Insert(of, new Row(values)));
            assertEquals(1, us.apply("ap", us.clock(), new RowChange.Truncate(of)).applied);
            assertNull(us.version(table, "[\"1\"]"));
        }
    }

    /** What is larger than the server takes cannot be parked there either. */
    @Test
    void aRowThatTheServerCannotTakeIsToldOf() throws SQLException {
        TableId id = new TableId("shop", "big");
        TableShape of = new TableShape(id, List.of(new Column("id", "mysql:int", true), new Column("v", "mysql:longtext", false)));
        mysql.execute("create table app.big (id int primary key, v longtext)");
        try (TestingMySqlLanes us = new TestingMySqlLanes(mysql, directory.resolve("large"), Set.of(id))) {
            SQLException e = assertThrows(SQLException.class, () -> us.apply("eu", us.clock(), new RowChange.Insert(of, new Row("1", "x".repeat(2 << 20)))));
            assertTrue(e.getMessage().startsWith("the row [\"1\"] of shop.big cannot be written here"), e.getMessage());
            assertTrue(e.getMessage().contains("max_allowed_packet = 1073741824"), e.getMessage());
            assertEquals("0", mysql.value("select count(*) from app.big"));
        }
    }
}
