package io.rowmesh.agent.binlog;

import io.rowmesh.schema.Row;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Transactions, statements and positions of a real server's log. */
class BinlogStreamTest {

    private static TestingMySql mysql;

    @BeforeAll
    static void start(@TempDir Path directory) {
        mysql = TestingMySql.start(directory);
    }

    @AfterAll
    static void stop() {
        mysql.close();
    }

    @BeforeEach
    void table() {
        mysql.execute("drop table if exists t", "drop table if exists u", "create table t (id int primary key, v varchar(20))");
    }

    private static void inOne(String... statements) {
        try (Connection connection = mysql.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void transactionsAreWholeAndInOrder() {
        try (TestingLog log = new TestingLog(mysql).start()) {
            mysql.execute("insert into t values (1, 'a'), (2, null)");
            inOne("update t set v = 'b' where id = 1", "savepoint s", "insert into t values (9, 'x')", "rollback to s",
                    "update t set id = 3 where id = 2", "delete from t where id = 1");
            mysql.execute("create database if not exists other", "create table if not exists other.t (id int primary key)",
                    "insert into other.t values (1)", "drop database other");
            long before = Long.parseLong(mysql.value("select round(unix_timestamp(sysdate(6)) * 1000000)"));
            mysql.execute("insert into t values (4, 'c')");
            log.drain();
            assertEquals(List.of(List.of("insert t[1, a]", "insert t[2, null]"),
                    List.of("update t[1, a][1, b]", "update t[2, null][3, null]", "delete t[1, b]"),
                    List.of("OTHER []"), List.of("OTHER []"), List.of(), List.of("DROP_DATABASE []"), List.of("insert t[4, c]")), log.transactions);
            assertEquals(before, log.micros.get(6), 1_000_000);
            assertTrue(log.micros.get(6) >= before);
            assertEquals(GtidSet.parse(mysql.value("select @@gtid_executed")), GtidSet.parse(log.set));
        }
    }

    /** Its logger is found by its class's name, and that is a class of ours. */
    @Test
    void theClientPrintsNothing() {
        List<String> printed = new CopyOnWriteArrayList<>();
        Handler all = new StreamHandler() {
            @Override
            public synchronized void publish(LogRecord line) {
                if (String.valueOf(line.getSourceClassName()).startsWith("com.github.shyiko")) {
                    printed.add(line.getMessage());
                }
            }
        };
        Logger.getLogger("").addHandler(all);
        try (TestingLog log = new TestingLog(mysql).start()) {
            mysql.execute("insert into t values (1, 'a')");
            log.drain();
        } finally {
            Logger.getLogger("").removeHandler(all);
        }
        assertEquals(List.of(), printed);
    }

    @Test
    void statementsNameTheirTables() {
        mysql.execute("create table `a``b.c` (id int primary key)");
        try (TestingLog log = new TestingLog(mysql).start()) {
            mysql.execute("truncate /* x */ table t", "/* truncate u */ TRUNCATE t", "truncate `app`.`a``b.c`", "-- a\n# b\nalter table t add w int",
                    "create index i on t (w)", "drop index i on app.t", "alter table t drop w, rename to u", "rename table u to t, `a``b.c` to `x y`",
                    "set sql_mode = 'ansi_quotes'", "drop table \"x y\"", "create temporary table temp (id int)", "drop table temp",
                    "create table u like t", "drop table if exists t, u");
            log.drain();
            assertEquals(List.of("TRUNCATE [app.t]", "TRUNCATE [app.t]", "TRUNCATE [app.a`b.c]", "ALTER [app.t]", "ALTER [app.t]", "ALTER [app.t]",
                    "DROP_OR_RENAME [app.t, app.u]", "DROP_OR_RENAME [app.u, app.t, app.a`b.c, app.x y]", "DROP_OR_RENAME [app.x y]",
                    "ALTER [app.u]", "DROP_OR_RENAME [app.t, app.u]"), log.texts().stream().filter(text -> !text.startsWith("OTHER")).toList());
        }
    }

    @Test
    void columnsAreThoseOfTheMoment() {
        mysql.execute("insert into t values (1, 'a')");
        TestingLog log = new TestingLog(mysql);
        mysql.execute("insert into t values (2, 'b')", "alter table t add w int first", "insert into t values (3, 3, 'c')",
                "alter table t drop v");
        try (log) {
            log.start().drain();
            assertEquals(List.of("insert t[2, b]", "ALTER [app.t]", "insert t[3, 3, c]", "ALTER [app.t]"), log.texts());
        }
    }

    @Test
    void aTransactionCutInTheMiddleComesAgainFromItsStart() {
        StringBuilder rows = new StringBuilder("insert into t values (0, 'x')");
        for (int i = 1; i < 20_000; i++) {
            rows.append(", (").append(i).append(", 'x')");
        }
        TestingLog log = new TestingLog(mysql) {
            private int inserted;

            @Override
            public void insert(LoggedTable of, Row after) {
                super.insert(of, after);
                if (++inserted == 5_000) {
                    throw new IllegalStateException("enough");
                }
            }
        };
        try (log) {
            log.start();
            mysql.execute(rows.toString(), "delete from t where id = 7");
            assertEquals("enough", log.awaitFailure());
            log.stop();
            log.start().drain();
            assertEquals(2, log.transactions.size());
            assertEquals(20_000, log.transactions.get(0).size());
            assertEquals(List.of("delete t[7, x]"), log.transactions.get(1));
        }
    }

    @Test
    void whatIsNotInTheLogEndsTheStream() {
        assertRefused("wrote table app.t by XA", "xa start 'x'", "insert into t values (2, 'a')", "xa end 'x'", "xa prepare 'x'", "xa commit 'x'");
        assertRefused("do not have all columns in the log", "set binlog_row_image = minimal", "update t set v = 'z'");
        assertRefused("changed rows by a statement", "set binlog_format = statement", "delete from t");
        mysql.execute("drop table if exists j", "create table j (id int primary key, v json)",
                "insert into j values (1, json_object('a', repeat('x', 1000), 'b', 1))");
        assertRefused("wrote only parts of JSON values of table app.j", "set binlog_row_value_options = partial_json",
                "update j set v = json_set(v, '$.b', 2)");
    }

    private static void assertRefused(String sentence, String... statements) {
        try (TestingLog log = new TestingLog(mysql).start()) {
            mysql.execute("insert into t values (1, 'first') on duplicate key update v = concat(v, 'x')");
            log.drain();
            mysql.execute(statements);
            assertTrue(log.awaitFailure().contains(sentence), log.failure.toString());
            assertTrue(((BinlogException) log.failure).isLasting());
            assertEquals(1, log.transactions.size());
        }
        mysql.execute("delete from t");
    }

    @Test
    void statementsOfOtherDatabasesAreNoMatter() {
        mysql.execute("create database if not exists other", "create table if not exists other.t (id int primary key)");
        try (TestingLog log = new TestingLog(mysql).start()) {
            mysql.execute("set binlog_format = statement", "insert into other.t values (1)", "use other", "delete from t");
            mysql.execute("xa start 'y'", "insert into other.t values (1)", "xa end 'y'", "xa prepare 'y'", "xa rollback 'y'");
            mysql.execute("insert into t values (1, 'a')", "drop database other");
            log.drain();
            assertEquals(List.of("insert t[1, a]"), log.texts().stream().filter(text -> text.startsWith("insert")).toList());
        }
    }

    @Test
    void purgedLogsAndLostTransactionsAreToldInASentence() {
        TestingLog log = new TestingLog(mysql);
        mysql.execute("insert into t values (1, 'a')", "flush binary logs");
        mysql.execute("purge binary logs to '" + mysql.query("show master status").get(0).get(0) + "'");
        try (log) {
            assertTrue(log.start().awaitFailure().contains("removed binary logs that were not read yet"), log.failure.toString());
            log.stop();
            log.set = mysql.value("select @@gtid_executed").replaceAll("-\\d+$", "-999999");
            assertTrue(log.start().awaitFailure().contains("lost transactions that were read"), log.failure.toString());
        }
    }

    @Test
    void aTransactionOfManyRowsNeedsLittleMemory() {
        mysql.execute("create table u (id int primary key, v varchar(200))");
        long[] seen = new long[2];
        TestingLog log = new TestingLog(mysql) {
            @Override
            public void insert(LoggedTable of, Row after) {
                seen[0]++;
                if (seen[0] % 100_000 == 0) {
                    System.gc();
                    seen[1] = Math.max(seen[1], Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
                }
            }
        };
        try (log) {
            log.start();
            System.gc();
            long before = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            mysql.execute("set cte_max_recursion_depth = 1000000", "insert into u with recursive n (i) as (select 1 union all select i + 1"
                    + " from n where i < 300000) select i, repeat('x', 200) from n");
            log.drain();
            assertEquals(300_000, seen[0]);
            assertTrue(seen[1] - before < 16 << 20, seen[1] - before + " bytes more");
        }
    }
}
