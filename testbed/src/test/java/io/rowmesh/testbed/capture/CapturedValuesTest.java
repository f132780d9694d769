package io.rowmesh.testbed.capture;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Every value arrives as the text PostgreSQL prints, under server settings and a time zone of the JVM that are made to hurt. */
class CapturedValuesTest {

    private static final String[][] VALUES = {
            {"smallint", "-32768", "0"}, {"integer", "2147483647"}, {"bigint", "-9223372036854775808"}, {"boolean", "t", "f"},
            {"oid", "4294967295"},
            {"numeric", "1.10", "NaN", "Infinity", "-Infinity", "0.000", "100000", "1e-400", "1e400", "-0.00"},
            {"numeric(12,2)", "1.10", "NaN"}, {"numeric(3,-2)", "12300"}, {"numeric(3,5)", "0.00123"},
            {"real", "0.1", "-0", "NaN", "1e-45", "1e6", "123456", "3.4028235e38", "-Infinity", "1.17549435e-38", "16777216", "0.0001", "0.00001"},
            {"double precision", "-0", "5e-324", "-Infinity", "0.1", "1e22", "1e15", "123456789012345", "123456789.5", "2e-323",
                    "1.7976931348623157e308", "2.2250738585072014e-308", "9007199254740993", "1e23", "2.2e-322", "1e-4", "1e-5", "4.35", "NaN"},
            {"money", "-1234.56", "92233720368547758.07"},
            {"timestamp", "infinity", "-infinity", "2024-02-29 23:59:59.999999", "0044-03-15 12:00:00 BC",
                    "294276-12-31 23:59:59.999999", "4713-01-01 00:00:00 BC", "1582-10-10 00:00:00", "294247-01-10 04:00:25.2",
                    "0001-01-01 00:00:00", "0001-12-31 00:00:00 BC"},
            {"timestamp(3)", "2024-01-01 00:00:00.1"},
            {"timestamptz", "infinity", "-infinity", "2024-02-29 18:14:59.999999+00", "0044-03-15 12:00:00+00 BC",
                    "294276-12-31 23:59:59.999999+00", "10000-01-01 00:00:00+00", "1900-01-01 00:00:00+00"},
            {"date", "infinity", "-infinity", "0044-03-15 BC", "5874897-12-31", "4713-01-01 BC", "10000-01-01", "1582-10-10"},
            {"time", "24:00:00", "23:59:59.999999", "00:00:00"}, {"time(0)", "12:00:01"},
            {"interval", "1 mon -1 days +25:00:00.000001", "1 year 2 mons", "-00:00:00.000001", "178000000 years", "1000000:00:00",
                    "infinity", "-infinity", "0", "-1 years +3 days", "-1 mons -1 days -01:01:01.5", "1 day -00:00:01", "3 days 04:05:06.7"},
            {"char(5)", "ab"}, {"varchar(10)", "ab  "}, {"text", "é€😀", "", "__debezium_unavailable_value", "null", "absent", "a\nb\tc\\"},
            {"\"char\"", "x"}, {"name", "abc"}, {"bytea", "\\x00ff10", "\\x"},
            {"bit(3)", "101"}, {"bit(1)", "1"}, {"bit(12)", "000000000001"}, {"varbit", "10110", "0001", ""}, {"varbit(10)", "0001"},
            {"uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}, {"json", "{\"b\": 1,  \"a\":[1,2], \"a\":3}"},
            {"jsonb", "{\"a\": 1.10, \"c\": 1000000000000000000000000000000000}"}, {"xml", "<a b='1'/>"},
            {"inet", "192.168.1.5/24", "::1", "10.0.0.1"}, {"cidr", "10.0.0.0/8"}, {"macaddr", "08:00:2b:01:02:03"},
            {"macaddr8", "08:00:2b:ff:fe:01:02:03"},
            {"point", "(1.5,-0)", "(1e300,NaN)", "(Infinity,-Infinity)"}, {"line", "{1,2,3}"}, {"lseg", "[(0,0),(1,1)]"}, {"box", "(1,1),(0,0)"},
            {"path", "((0,0),(1,1))", "[(0,0),(1,1)]"}, {"polygon", "((0,0),(1,1),(1,0))"}, {"circle", "<(0,0),1>"},
            {"int4range", "[1,5)", "empty"}, {"int8range", "(,5)"}, {"numrange", "[1.10,2.0]"},
            {"tsrange", "[\"2024-01-01 00:00:00\",infinity)"}, {"tstzrange", "[\"2024-01-01 00:00:00+00\",)"}, {"daterange", "(,)"},
            {"int4multirange", "{[1,3),[5,7)}"}, {"nummultirange", "{}"}, {"tstzmultirange", "{[\"2024-01-01 00:00:00+00\",)}"},
            {"int[]", "{1,NULL,3}", "{{1,2},{3,4}}", "[0:2]={1,2,3}", "{}"},
            {"text[]", "{a,\"b,c\",NULL,\"NULL\",\"q\\\"\\\\\"}", "{{a,b},{c,d}}"}, {"numeric[]", "{1.10,NaN}"},
            {"timestamptz[]", "{\"2024-01-01 00:00:00+00\",infinity}"}, {"timestamp[]", "{infinity}"}, {"timetz[]", "{12:00:00-03:30}"},
            {"bool[]", "{t,f,NULL}"}, {"bytea[]", "{\"\\\\x00ff\"}"}, {"interval[]", "{\"1 mon\",infinity}"}, {"varbit[]", "{101,1}"},
            {"bit(3)[]", "{101,001}"}, {"float4[]", "{0.1,-0}"}, {"float8[]", "{1e+22}"}, {"time[]", "{24:00:00}"}, {"date[]", "{infinity}"},
            {"inet[]", "{10.0.0.1}"}, {"mood", "happy"}, {"mood[]", "{happy,sad}"}, {"comp", "(1,\"a b\")", "(,)"}, {"comp[]", "{\"(1,a)\"}"},
            {"dom", "12.50"}, {"domint", "7"}, {"domtext", "abc"}, {"domts", "infinity", "2024-01-01 00:00:00+00"}, {"domarray", "{{1,2}}"},
            {"domdom", "7"}, {"hstore", "\"a\"=>\"1\", \"b\"=>NULL, \"c\"=>\"x\\\"y\""}, {"citext", "AbC"}, {"ltree", "Top.Science"},
            {"lquery", "Top.*"}, {"cube", "(1, 2)"}, {"seg", "1.0 .. 2.0"}, {"tsvector", "'a':1A 'cat':3"}, {"tsquery", "'a' & !'b'"},
            {"pg_lsn", "16/B374D848"}, {"xid8", "12345678901"}, {"xid", "42"}, {"regclass", "pg_class"}, {"tid", "(0,1)"},
            {"pg_snapshot", "10:20:10,14"}, {"jsonpath", "$.\"a\"[*]"}, {"refcursor", "cur"}, {"floatrange", "[0.1,1e+22)"},
    };

    /** Money travels as a plain number; these times name their instants in the JVM's zone, which is not UTC here. */
    private static final List<String> OTHER_TEXT = List.of("money", "tstzrange", "tstzmultirange", "timestamptz[]");

    private static TimeZone zone;
    private static TestingPostgres postgres;

    @BeforeAll
    static void startPostgres(@TempDir Path directory) {
        zone = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
        postgres = TestingPostgres.start(directory, "18", Map.of("DateStyle", "SQL, DMY", "TimeZone", "Asia/Kathmandu",
                "IntervalStyle", "sql_standard", "bytea_output", "escape", "extra_float_digits", "0"));
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
        TimeZone.setDefault(zone);
    }

    @Test
    void everyTypeExactly(@TempDir Path directory) throws Exception {
        try (TestingCapture capture = new TestingCapture(postgres, directory, "types")) {
            for (String extension : List.of("hstore", "citext", "ltree", "cube", "seg")) {
                capture.execute("create extension " + extension);
            }
            capture.execute("create type mood as enum ('happy', 'sad')", "create type comp as (a int, b text)",
                    "create domain dom as numeric(10,2)", "create domain domint as int", "create domain domtext as text",
                    "create domain domts as timestamptz", "create domain domarray as int[]", "create domain domdom as domint",
                    "create type floatrange as range (subtype = float8)");
            List<TableId> tables = new ArrayList<>();
            for (int i = 0; i < VALUES.length; i++) {
                tables.add(new TableId("public", String.format("t%03d", i)));
                capture.execute("create table " + tables.get(i) + " (id int primary key, v " + VALUES[i][0] + ")");
            }
            capture.capturing(tables.toArray(TableId[]::new)).startAndRun();
            try (Connection connection = plain(capture)) {
                for (int i = 0; i < VALUES.length; i++) {
                    insert(connection, tables.get(i), VALUES[i]);
                }
                Map<String, Row> rows = new LinkedHashMap<>();
                for (RowChange change : capture.drained()) {
                    rows.put(change.table().id().name() + " " + RowChange.keyImage(change).get(0), RowChange.keyImage(change));
                }
                for (int i = 0; i < VALUES.length; i++) {
                    for (int n = 1; n < VALUES[i].length; n++) {
                        compare(connection, tables.get(i), VALUES[i], n, rows.get(tables.get(i).name() + " " + n).get(1));
                    }
                }
            }
        }
    }

    private static Connection plain(TestingCapture capture) throws SQLException {
        Connection connection = capture.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set DateStyle = ISO; set TimeZone = UTC; set IntervalStyle = postgres; set bytea_output = hex;"
                    + " set extra_float_digits = 3");
        }
        return connection;
    }

    private static void insert(Connection connection, TableId table, String[] values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("insert into " + table + " values (?, ?::" + values[0] + ")")) {
            for (int n = 1; n < values.length; n++) {
                statement.setInt(1, n);
                statement.setObject(2, values[n], java.sql.Types.OTHER);
                statement.execute();
            }
        }
    }

    private static void compare(Connection connection, TableId table, String[] values, int n, String captured) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select format('%s', v), row(v)::text, row(?::"
                + values[0] + ")::text from " + table + " where id = ?")) {
            statement.setObject(1, captured, java.sql.Types.OTHER);
            statement.setInt(2, n);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!OTHER_TEXT.contains(values[0])) {
                    assertEquals(row.getString(1), captured, () -> values[0] + " " + values[n]);
                }
                assertEquals(row.getString(2), row.getString(3), () -> values[0] + " " + values[n]);
            }
        }
    }

    @Test
    void keysExactly(@TempDir Path directory) throws Exception {
        String[] keys = {"int2 -1", "int8 9223372036854775807", "numeric 1.10", "text é a", "varchar(10) ab", "char(5) ab", "\"char\" x", "name n",
                "uuid a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "date 0044-03-15 BC", "timestamp 2024-01-01 10:00:00.5", "timestamp infinity",
                "timestamptz 2024-01-01 10:00:00+00", "timestamptz infinity", "time 24:00:00", "bool t", "bytea \\x00ff", "bit(3) 001", "varbit 0001",
                "inet ::1", "cidr 10.0.0.0/8", "macaddr 08:00:2b:01:02:03", "macaddr8 08:00:2b:ff:fe:01:02:03", "oid 4294967295", "mood sad",
                "domint 5", "domtext x"};
        try (TestingCapture capture = new TestingCapture(postgres, directory, "keys")) {
            capture.execute("create type mood as enum ('happy', 'sad')", "create domain domint as int", "create domain domtext as text");
            List<TableId> tables = new ArrayList<>();
            for (String key : keys) {
                tables.add(new TableId("public", "k" + tables.size()));
                capture.execute("create table " + tables.get(tables.size() - 1) + " (id " + type(key) + " primary key, v text, n int)",
                        "alter table " + tables.get(tables.size() - 1) + " alter v set storage external");
            }
            capture.capturing(tables.toArray(TableId[]::new)).startAndRun();
            try (Connection connection = plain(capture)) {
                for (int i = 0; i < keys.length; i++) {
                    try (PreparedStatement statement = connection.prepareStatement("insert into " + tables.get(i) + " values (?::"
                            + type(keys[i]) + ", repeat('x', 9000), 0)")) {
                        statement.setObject(1, keys[i].substring(keys[i].indexOf(' ') + 1), java.sql.Types.OTHER);
                        statement.execute();
                    }
                    capture.execute("update " + tables.get(i) + " set n = 1");
                }
                List<RowChange> changes = capture.drained();
                assertEquals(keys.length * 2, changes.size());
                for (int i = 0; i < changes.size(); i++) {
                    Row image = RowChange.keyImage(changes.get(i));
                    try (Statement statement = connection.createStatement();
                         ResultSet row = statement.executeQuery("select format('%s', id) from " + tables.get(i / 2))) {
                        row.next();
                        assertEquals(row.getString(1), image.get(0));
                    }
                    assertEquals(9000, image.get(1).length());
                }
            }
            for (TableId table : tables) {
                capture.execute("delete from " + table);
            }
            assertEquals(keys.length * 3, capture.drained().size());
        }
    }

    private static String type(String key) {
        return key.substring(0, key.indexOf(' '));
    }
}
