package io.rowmesh.testbed.capture;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What local writes look like in the change log. */
class CapturedChangesTest {

    private static final TableId T = new TableId("public", "t");

    private static TestingPostgres postgres;

    @BeforeAll
    static void startPostgres(@TempDir Path directory) {
        postgres = TestingPostgres.start(directory);
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @Test
    void everyKindOfChangeInOrder(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "kinds")) {
            capture.execute("create table t (id int primary key, v text, n numeric(6,2))");
            capture.capturing(T).startAndRun();
            capture.execute("insert into t values (1, 'a', 1.50), (2, null, null)", "update t set v = 'b' where id = 1",
                    "begin; update t set id = 3 where id = 2; delete from t where id = 1; commit", "truncate t",
                    "insert into t values (1, '', 0)");
            assertEquals(List.of("INSERT [1, a, 1.50]", "INSERT [2, null, null]", "UPDATE [1, b, 1.50]", "DELETE [2, absent, absent]",
                    "INSERT [3, null, null]", "DELETE [1, absent, absent]", "TRUNCATE public.t", "INSERT [1, , 0.00]"),
                    capture.drainedTexts());
            List<TransactionHeader> headers = capture.headers();
            assertEquals(List.of(2L, 1L, 3L, 1L, 1L, 1L), headers.stream().map(TransactionHeader::rows).toList());
            assertEquals(IntStream.rangeClosed(1, 6).mapToObj(Long::valueOf).toList(),
                    headers.stream().map(TransactionHeader::sequence).toList());
            assertEquals(List.of(new Column("id", "integer", true), new Column("v", "text", false),
                    new Column("n", "numeric(6,2)", false)), capture.drained().get(0).table().columns());
            String stamp = capture.value("select (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000)::bigint from t");
            assertEquals(stamp, Long.toString(headers.get(4).commitMicros()));
        }
    }

    @Test
    void unchangedLargeValuesAreCompleted(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "toast")) {
            capture.execute("create table t (id int primary key, v text, n int, a text[], b bytea, j jsonb)",
                    "alter table t alter v set storage external, alter a set storage external, alter b set storage external");
            capture.capturing(T).startAndRun();
            String big = "repeat('x', 9000)";
            capture.execute("insert into t values (1, " + big + ", 1, array[" + big + "], convert_to(" + big + ", 'utf8'), '{}')",
                    "insert into t values (2, '__debezium_unavailable_value', 1, array['__debezium_unavailable_value'], null, null)",
                    "update t set n = 2", "update t set id = 3, n = 3 where id = 1",
                    // Its row is gone when it is looked at, or has another key: no longer needed.
                    "begin; update t set n = 4 where id = 3; delete from t where id = 3; commit");
            List<RowChange> changes = capture.drained();
            String x = "x".repeat(9000);
            String all = "[1, " + x + ", 2, {" + x + "}, \\x" + "78".repeat(9000) + ", {}]";
            List<String> texts = changes.stream().map(TestingCapture::text).toList();
            String user = "__debezium_unavailable_value, 2, {__debezium_unavailable_value}, null, null]";
            assertTrue(texts.contains("UPDATE [2, " + user), texts::toString);
            assertTrue(texts.stream().filter(t -> t.startsWith("UPDATE [1")).allMatch(("UPDATE " + all)::equals));
            assertEquals("DELETE [3, absent, absent, absent, absent, absent]", texts.get(texts.size() - 1));
            assertTrue(texts.stream().noneMatch(t -> t.startsWith("INSERT") && t.contains("absent")));
        }
    }

    @Test
    void unchangedLargeValueReadLater(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "toast_rows")) {
            capture.execute("create table t (id int primary key, v text, n int)", "alter table t alter v set storage external");
            capture.capturing(T).startAndRun();
            capture.execute("insert into t select i, repeat(chr(64 + i), 9000), 0 from generate_series(1, 20) i",
                    "update t set n = 1", "update t set id = id + 100, n = 2 where id <= 10");
            List<RowChange> changes = capture.drained();
            List<RowChange> moved = changes.stream().filter(c -> c instanceof RowChange.Insert i && i.after().get(2).equals("2")).toList();
            assertEquals(10, moved.size());
            for (RowChange change : moved) {
                int id = Integer.parseInt(RowChange.keyImage(change).get(0)) - 100;
                assertEquals(Character.toString(64 + id).repeat(9000), RowChange.keyImage(change).get(1));
            }
        }
    }

    /** What the log carries of these rows is a few bytes each; what is read for them fills chunk after chunk. */
    @Test
    void manyUnchangedLargeValues(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "toast_many")) {
            capture.execute("create table t (id int primary key, v text, flag bool)", "alter table t alter v set storage external",
                    "insert into t select i, repeat('x', 150000), false from generate_series(1, 100) i");
            capture.capturing(T).startAndRun();
            capture.execute("update t set flag = true");
            capture.drain();
            TransactionHeader update = capture.headers().get(0);
            assertEquals(100, update.rows());
            assertEquals(50, update.chunks());
            int id = 0;
            for (int chunk = 0; chunk < update.chunks(); chunk++) {
                for (RowChange change : WireCodec.decodeChunk(capture.log().chunk(update.sequence(), chunk))) {
                    assertEquals(Integer.toString(++id), RowChange.keyImage(change).get(0));
                    assertEquals(150_000, RowChange.keyImage(change).get(1).length());
                }
            }
        }
    }

    @Test
    void fullReplicaIdentityHasBeforeImages(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "ri_full")) {
            capture.execute("create table t (id int primary key, v text, n int)", "alter table t alter v set storage external",
                    "alter table t replica identity full");
            capture.capturing(T).startAndRun();
            String big = "x".repeat(9000);
            capture.execute("insert into t values (1, '" + big + "', 1), (2, null, null)", "update t set n = 5 where id = 1",
                    "update t set id = 4 where id = 1", "delete from t");
            assertEquals(List.of("INSERT [1, " + big + ", 1]", "INSERT [2, null, null]",
                    "UPDATE [1, " + big + ", 1] to [1, " + big + ", 5]", "DELETE [1, " + big + ", 5]", "INSERT [4, " + big + ", 5]",
                    "DELETE [2, absent, absent]", "DELETE [4, " + big + ", 5]"), capture.drainedTexts());
        }
    }

    @Test
    void oddNamesInSeveralSchemas(@TempDir Path directory) {
        List<TableId> tables = List.of(new TableId("public", "Order"), new TableId("public", "select"), new TableId("a.b", "c"),
                new TableId("a", "b.c"), new TableId("public", "a\"b"), new TableId("public", "a`b"), new TableId("public", "a'b"),
                new TableId("public", "a;b--"), new TableId("public", "ends "), new TableId("public", " starts"),
                new TableId("public", "1st"), new TableId("public", "x,y"), new TableId("public", "a*b.?[c]\\d"),
                new TableId("public", "\uD83D\uDE00"), new TableId("public", "שלום"), new TableId("public", "x".repeat(63)),
                new TableId("public", "case"), new TableId("public", "CASE"), new TableId("Other Schema", "t"),
                new TableId("public", "a(b)"), new TableId("public", "tab\there"), new TableId("public", "$1"));
        String columns = "(\"Id\" int primary key, \"select\" text, \"a.b\" text, \"a\"\"b\" text, \"a'b\" text, \"x,y\" text,"
                + " \"ends \" text, \"\uD83D\uDE00\" text, \"1st\" text, \"a;b--\" text, \"a`b\" text, \" \" text, \"\\d\" text)";
        try (TestingCapture capture = new TestingCapture(postgres, directory, "we-ird.na$me")) {
            capture.execute("create schema \"a.b\"", "create schema a", "create schema \"Other Schema\"",
                    // Not captured, though a pattern or another letter case would take them.
                    "create table public.\"aXb\" (id int primary key)", "create table public.\"caSe\" (id int primary key)");
            tables.forEach(t -> capture.execute("create table " + TestingCapture.quoted(t) + columns));
            capture.capturing(tables.toArray(TableId[]::new)).slotName("odd").startAndRun();
            String values = " values (1, '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12')";
            tables.forEach(t -> capture.execute("insert into " + TestingCapture.quoted(t) + values));
            List<RowChange> changes = capture.drained();
            assertEquals(tables, changes.stream().map(c -> c.table().id()).toList());
            for (RowChange change : changes) {
                assertEquals("INSERT [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]", TestingCapture.text(change));
                assertEquals("[Id, select, a.b, a\"b, a'b, x,y, ends , \uD83D\uDE00, 1st, a;b--, a`b,  , \\d]",
                        change.table().columns().stream().map(Column::name).toList().toString());
            }
        }
    }

    @Test
    void whatAppliersWriteIsNotCaptured(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "origin")) {
            capture.execute("create table t (id int primary key)", "select pg_replication_origin_create('us')");
            capture.capturing(T).startAndRun();
            try (Connection applier = capture.connect(); Statement statement = applier.createStatement()) {
                statement.execute("select pg_replication_origin_session_setup('us')");
                statement.execute("insert into t values (1)");
                statement.execute("truncate t");
                capture.execute("insert into t values (2)");
                statement.execute("insert into t values (3)");
            }
            assertEquals(List.of("INSERT [2]"), capture.drainedTexts());
        }
    }

    @Test
    void nullsDefaultsGeneratedAndIdentityColumns(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "defaults")) {
            capture.execute("create type mood as enum ('happy', 'sad')", "create domain tag as text default 'x'", """
                    create table t (id int generated always as identity primary key, a int default 7, b text default 'd',
                      c timestamptz default now(), d date default '2020-01-01', e numeric default 1.5, f bool default true,
                      g text[] default '{a}', h jsonb default '{}', i mood default 'sad', j tag, k uuid default gen_random_uuid(),
                      l bytea default '\\x00', m interval default '1 day', n float8 default 0.5, o int generated always as (a * 2) stored,
                      p timestamp default '2020-01-01', q "char" default 'q', r bit(3) default '101', s time default '10:00', u point default '(1,2)',
                      v varbit default '1', w inet default '10.0.0.1', x money default 1, y int4range default '[1,2)', z text not null default 'z')""");
            capture.capturing(T).startAndRun();
            capture.execute("insert into t (id, a, b, c, d, e, f, g, h, i, j, k, l, m, n, p, q, r, s, u, v, w, x, y)"
                    + " values (default" + ", null".repeat(23) + ")");
            List<RowChange> changes = capture.drained();
            assertEquals("INSERT [1" + ", null".repeat(23) + ", z]", TestingCapture.text(changes.get(0)));
            assertTrue(changes.get(0).table().columns().contains(new Column("i", "public.mood", false)));
        }
    }

    @Test
    void columnsThatComeAndGo(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "ddl")) {
            capture.execute("create table t (id int primary key, a text)");
            capture.capturing(T).startAndRun();
            capture.execute("insert into t values (1, 'a')");
            capture.drain();
            capture.execute("alter table t add b int not null default 5", "insert into t values (2, 'b', 6)",
                    "update t set a = 'c' where id = 1");
            capture.drain();
            capture.execute("alter table t drop a", "alter table t alter b type text", "insert into t values (3, 'c')");
            // Were it renamed earlier, the capture would wait for the old name.
            capture.drain();
            capture.execute("alter table t rename b to d", "insert into t values (4, 'e')");
            assertEquals(List.of("INSERT [1, a]", "INSERT [2, b, 6]", "UPDATE [1, c, 5]"), capture.drainedTexts().subList(0, 3));
            List<RowChange> changes = capture.drained();
            assertEquals("INSERT [4, e]", TestingCapture.text(changes.get(4)));
            assertEquals(new Column("d", "text", false), changes.get(4).table().columns().get(1));
        }
    }

    @Test
    void heartbeatsAndMessages(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "beats")) {
            capture.execute("create table t (id int primary key)");
            capture.capturing(T).startAndRun();
            capture.drain();
            capture.execute("select pg_logical_emit_message(true, 'p', 'in a transaction')",
                    "begin; insert into t values (1); select pg_logical_emit_message(true, 'p', 'x');"
                            + " select pg_logical_emit_message(false, 'p', 'y'); insert into t values (2); commit",
                    "select pg_logical_emit_message(false, 'p', 'outside')",
                    "begin; insert into t values (3); update rowmesh.heartbeat set beat = beat; commit");
            capture.drain();
            assertEquals(List.of(true, false, false, true), capture.headers().stream().map(TransactionHeader::heartbeat).toList());
            assertEquals(List.of(1L, 2L, 2L, 1L), capture.headers().stream().map(TransactionHeader::rows).toList());
        }
    }

    @Test
    void typesOfOneNameInTwoSchemas(@TempDir Path directory) {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "same_names")) {
            for (String schema : List.of("a", "b", "c")) {
                String base = schema.equals("a") ? "int" : schema.equals("b") ? "text" : "timestamptz";
                capture.execute("create schema " + schema, "create domain " + schema + ".d as " + base,
                        "create table " + schema + ".t (id int primary key, v " + schema + ".d)");
            }
            capture.capturing(new TableId("a", "t"), new TableId("b", "t"), new TableId("c", "t")).startAndRun();
            capture.execute("insert into a.t values (1, 7)", "insert into b.t values (1, 'x')", "insert into c.t values (1, 'infinity')");
            assertEquals(List.of("INSERT [1, 7]", "INSERT [1, x]", "INSERT [1, infinity]"), capture.drainedTexts());
            assertEquals("b.d", capture.drained().get(1).table().columns().get(1).type());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"16", "17"})
    void olderServers(String major, @TempDir Path directory) throws Exception {
        try (TestingPostgres older = TestingPostgres.start(directory.resolve("pg"), major, Map.of());
             TestingCapture capture = new TestingCapture(older, directory, "older")) {
            capture.execute("create table t (id int primary key, v text, n interval)", "alter table t alter v set storage external",
                    "select pg_replication_origin_create('us')");
            capture.capturing(T).startAndRun();
            String big = "x".repeat(9000);
            capture.execute("insert into t values (1, '" + big + "', '1 day')", "update t set n = '0'");
            capture.stopAndRelease();
            try (Connection applier = capture.connect(); Statement statement = applier.createStatement()) {
                statement.execute("select pg_replication_origin_session_setup('us')");
                statement.execute("insert into t values (2)");
            }
            capture.execute("update t set id = 3 where id = 1", "truncate t");
            capture.startAndRun();
            List<String> texts = capture.drainedTexts();
            assertEquals("INSERT [1, " + big + ", 1 day]", texts.get(0));
            assertEquals("DELETE [1, absent, absent]", texts.get(texts.size() - 2));
            assertEquals("TRUNCATE public.t", texts.get(texts.size() - 1));
        }
    }
}
