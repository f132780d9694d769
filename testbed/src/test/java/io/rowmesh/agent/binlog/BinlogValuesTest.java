package io.rowmesh.agent.binlog;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.testbed.TestingMySql;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Values as the stream tells them, beside what the server itself prints. */
class BinlogValuesTest {

    private static TestingMySql mysql;

    @BeforeAll
    static void start(@TempDir Path directory) {
        mysql = TestingMySql.start(directory);
        mysql.execute("set global time_zone = '+05:45'");
    }

    @AfterAll
    static void stop() {
        mysql.close();
    }

    private static List<Row> logged(String... statements) {
        try (TestingLog log = new TestingLog(mysql).start()) {
            List<String> all = new ArrayList<>(List.of("set sql_mode = 'ALLOW_INVALID_DATES'"));
            all.addAll(List.of(statements));
            mysql.execute(all.toArray(String[]::new));
            log.drain();
            return List.copyOf(log.rows);
        }
    }

    /** A table with one column of a type: what is logged of values, and what the server prints of them by an expression. */
    private static void assertPrinted(String type, String printed, String... values) {
        String rows = String.join("), (", values);
        mysql.execute("drop table if exists one");
        List<Row> logged = logged("create table one (n int auto_increment primary key, v " + type + ")",
                "insert into one (v) values (" + rows + ")");
        List<String> expected = mysql.query("select " + printed + " from one order by n").stream().map(row -> row.get(0)).toList();
        assertEquals(values.length, logged.size());
        assertEquals(List.of(), IntStream.range(0, values.length).filter(i -> !Objects.equals(expected.get(i), logged.get(i).get(1)))
                .mapToObj(i -> expected.get(i) + " read as " + logged.get(i).get(1)).toList(), type);
    }

    private static void assertSame(String type, String... values) {
        assertPrinted(type, "concat(v)", values);
    }

    @Test
    void integers() {
        assertSame("tinyint", "-128", "127", "0", "null");
        assertSame("tinyint unsigned", "255", "0");
        assertSame("smallint", "-32768", "32767");
        assertSame("smallint unsigned", "65535");
        assertSame("mediumint", "-8388608", "8388607", "-1");
        assertSame("mediumint unsigned", "16777215");
        assertSame("int", "-2147483648", "2147483647");
        assertSame("int unsigned", "4294967295");
        assertSame("bigint", "-9223372036854775808", "9223372036854775807");
        assertSame("bigint unsigned", "18446744073709551615");
        assertPrinted("bit(1)", "lpad(bin(v), 1, '0')", "b'0'", "b'1'");
        assertPrinted("bit(10)", "lpad(bin(v), 10, '0')", "b'0'", "b'1000000001'", "5");
        assertPrinted("bit(64)", "lpad(bin(v), 64, '0')", "b'0'", "18446744073709551615", "9223372036854775808");
        assertSame("year", "0", "1901", "2155", "2000");
    }

    @Test
    void decimalsAndFloats() {
        assertSame("decimal(65,30)", "'-12345678901234567890123456789012345.000000000000000000000000000001'", "0", "1.5", "-0.1");
        assertSame("decimal(10,0)", "0", "-1", "9999999999", "-9999999999");
        assertSame("decimal(5,5)", "0.00001", "-0.99999", "0");
        assertSame("decimal(18,9) unsigned", "999999999.999999999", "0.000000001");
        assertSame("decimal(9,2)", "1", "-1234567.89", "0.10");
        assertEquals(List.of("-0", "0.1", "16777216", "3.4028235e38", "1e-45", "999.0001"),
                logged("drop table if exists f", "create table f (v float)", "insert into f values (-0.0e0), (0.1), (16777216),"
                        + " (3.402823466e38), (1.4e-45), (999.0001)").stream().map(row -> row.get(0)).toList());
        assertEquals(List.of("0.1", "1e300", "5e-324", "1.7976931348623157e308", "123456789012345", "0.30000000000000004"),
                logged("drop table if exists f", "create table f (v double)", "insert into f values (0.1e0), (1e300), (5e-324),"
                        + " (1.7976931348623157e308), (123456789012345), (0.1e0 + 0.2e0)").stream().map(row -> row.get(0)).toList());
    }

    @Test
    void datesAndTimes() {
        assertSame("date", "'0000-00-00'", "'2024-00-15'", "'2024-02-30'", "'0001-01-01'", "'9999-12-31'", "null");
        assertSame("datetime", "'0000-00-00 00:00:00'", "'2024-02-30 23:59:59'", "'0001-01-01 00:00:00'", "'9999-12-31 23:59:59'");
        for (int digits = 1; digits <= 6; digits++) {
            assertSame("datetime(" + digits + ")", "'2024-00-15 01:02:03.987654'", "'0000-00-00'", "'1970-01-01 00:00:00.000001'");
            assertSame("time(" + digits + ")", "'-838:59:59'", "'838:59:59'", "'-00:00:00.6'", "'-00:00:01.5'", "'12:34:56.654321'",
                    "'-12:34:56.000001'", "'-12:34:56.654321'");
            assertPrinted("timestamp(" + digits + ")", "concat(convert_tz(v, '+05:45', '+00:00'), '+00')", "'2024-01-01 12:00:00.123456'",
                    "'2038-01-19 08:00:00.5'");
        }
        assertSame("time", "'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'", "'100:00:00'");
        assertEquals("0000-00-00 00:00:00.00+00", logged("drop table if exists z", "create table z (v timestamp(2) null)",
                "insert into z values ('0000-00-00')").get(0).get(0));
    }

    @Test
    void textsInEveryCharacterSet() {
        List<String> sets = List.of("ascii", "latin1", "latin2", "latin5", "latin7", "cp1250", "cp1251", "cp1256", "cp1257", "cp850",
                "cp852", "koi8r");
        List<String> wrong = new ArrayList<>();
        for (String set : sets) {
            String bytes = IntStream.range(0, 256).mapToObj(b -> "select _" + set + " x'" + String.format("%02x", b) + "' v")
                    .collect(Collectors.joining(" union all "));
            mysql.execute("drop table if exists c", "create table c (n int auto_increment primary key, v varchar(9) character set " + set + ")");
            // What MySQL knows no character for, it prints as a question mark.
            List<Row> rows = logged("insert into c (v) select v from (" + bytes + ") x where convert(v using utf8mb4) <> '?' or hex(v) = '3f'");
            List<String> printed = mysql.query("select convert(v using utf8mb4) from c order by n").stream().map(row -> row.get(0)).toList();
            if (!printed.equals(rows.stream().map(row -> row.get(1)).toList())) {
                wrong.add(set);
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void textsAndBytes() {
        assertSame("varchar(300) character set utf8mb4", "''", "'a\\0b '", "'\\n\\\\'", "'" + "\ud83d\ude00".repeat(300) + "'");
        assertSame("varchar(10) character set utf8", "'\u20ac\u00e4'");
        assertSame("varchar(10) character set ucs2", "'\u20ac\u00e4'");
        assertSame("varchar(10) character set utf16", "'\ud83d\ude00\u00e4'");
        assertSame("varchar(10) character set utf16le", "'\ud83d\ude00\u00e4'");
        assertSame("varchar(10) character set utf32", "'\ud83d\ude00\u00e4'");
        assertSame("char(20)", "'a  '", "''", "' a'");
        assertSame("char(255) character set utf8mb4", "'\ud83d\ude00'", "repeat('\ud83d\ude00', 255)");
        for (String type : List.of("tinytext", "text", "mediumtext", "longtext")) {
            assertSame(type, "''", "repeat('\u00e4', 100)", "null");
        }
        String hex = "concat('\\\\x', lower(hex(v)))";
        for (String type : List.of("binary(5)", "varbinary(300)", "tinyblob", "blob", "mediumblob", "longblob")) {
            assertPrinted(type, hex, "x'00ff'", "x'0100'", "''", "null");
        }
        assertPrinted("binary(255)", hex, "x'00ff00'");
        assertPrinted("geometry", hex, "st_geomfromtext('POINT(1 2)')", "st_geomfromtext('LINESTRING(1 2, 3 4)', 4326)");
    }

    @Test
    void enumsAndSets() {
        assertSame("enum('a','b,c','it''s','\u00e4') character set latin1", "'a'", "'b,c'", "'it''s'", "'\u00e4'", "'none of them'", "null");
        assertSame("set('x','y','\u20ac')", "''", "'y,x'", "'\u20ac,x'");
        StringBuilder many = new StringBuilder("enum('m0'");
        for (int i = 1; i < 300; i++) {
            many.append(",'m").append(i).append('\'');
        }
        assertSame(many + ")", "'m0'", "'m299'", "'m255'");
    }

    @Test
    void jsonAsMySqlPrintsIt() {
        assertSame("json", "'null'", "'{}'", "'[]'", "'[1, -1, 65535, 65536, -32769, 4294967296, 18446744073709551615]'", "null",
                "'{\"b\": [true, false, null], \"aa\": {\"c\": \"\\\\u0001\\\\n\\\\t\\\\\"\\\\\\\\\\u20ac\"}}'", "'\"\\\\b\\\\f\\\\r/\\\\u007f\\\\u001f\"'",
                "json_array(cast(1.10 as decimal(10,2)), cast(-12345.678 as decimal(30,5)), cast('2024-01-02' as date),"
                        + " cast('2024-01-02 03:04:05.678' as datetime(3)), cast('-13:14:15.5' as time(1)), cast('838:59:59' as time))",
                "json_object('x', x'00ff10', 'long', cast(repeat('q', 200) as binary), 'bit', b'101', 'y', cast(2024 as unsigned))",
                "json_array(repeat('z', 70000), 1)", "json_array(cast('0000-00-00' as date), cast('0000-00-00' as datetime))",
                "'[1.0, 1.5, 1e15, 1e14, 1e16, 123456789012345680, 1e22, 1e23, 1e-5, 1e-15, 1e-16, 1e-17, -0.0, 1e308, 5e-324, 0.1]'");
        StringBuilder large = new StringBuilder("'{");
        for (int i = 0; i < 10_000; i++) {
            large.append(i == 0 ? "" : ",").append("\"key").append(i).append("\": ").append(i * 7919L % 100_000);
        }
        assertSame("json", large + "}'");
    }

    @Test
    void doublesInJson() throws SQLException {
        Random random = new Random(1);
        mysql.execute("drop table if exists d", "create table d (n int auto_increment primary key, v json)");
        try (TestingLog log = new TestingLog(mysql).start()) {
            try (Connection connection = mysql.connect();
                 PreparedStatement insert = connection.prepareStatement("insert into d (v) values (?)")) {
                connection.setAutoCommit(false);
                for (int i = 0; i < 3000; i++) {
                    double value = i % 2 == 0 ? Double.longBitsToDouble(random.nextLong()) : random.nextInt(1000) * Math.pow(10, random.nextInt(44) - 22);
                    insert.setString(1, Double.isFinite(value) ? Double.toString(value) : "0.5");
                    insert.execute();
                }
                connection.commit();
            }
            log.drain();
            List<String> printed = mysql.query("select v from d order by n").stream().map(row -> row.get(0)).toList();
            List<String> logged = log.rows.stream().map(row -> row.get(1)).toList();
            assertEquals(List.of(), IntStream.range(0, printed.size()).filter(i -> !printed.get(i).equals(logged.get(i)))
                    .mapToObj(i -> printed.get(i) + " read as " + logged.get(i)).toList());
        }
    }

    @Test
    void columnsChangedInPlaceInJson() {
        mysql.execute("drop table if exists p", "create table p (id int primary key, v json)",
                "insert into p values (1, '{\"a\": \"long text here\", \"b\": [1, 2, 3]}')");
        try (TestingLog log = new TestingLog(mysql).start()) {
            mysql.execute("update p set v = json_set(v, '$.a', 'x')", "update p set v = json_remove(v, '$.b[1]')");
            log.drain();
            assertEquals(List.of("update p[1, {\"a\": \"long text here\", \"b\": [1, 2, 3]}][1, {\"a\": \"x\", \"b\": [1, 2, 3]}]",
                    "update p[1, {\"a\": \"x\", \"b\": [1, 2, 3]}][1, {\"a\": \"x\", \"b\": [1, 3]}]"), log.texts());
        }
    }

    @Test
    void typesAsTheCatalogNamesThem() {
        String columns = "a tinyint unsigned, b smallint, c mediumint unsigned, d int, e bigint unsigned, f decimal(12,3) unsigned, g float,"
                + " h double unsigned, i bit(9), j char(7) character set latin1, k varchar(20), l binary(3), m varbinary(4), n tinytext,"
                + " o text character set utf8, p mediumblob, q longtext, r enum('a','b''c','\\\\d','\u20ac'), s set('x','y'), t date, u datetime(3),"
                + " v timestamp(6) null, w time, x year, y json, z geometry, za point, zb geometrycollection, zc char(255),"
                + " zd enum('ä') character set latin1, ze int zerofill, zf tinyblob";
        mysql.execute("drop table if exists types");
        try (TestingLog log = new TestingLog(mysql).start()) {
            mysql.execute("create table types (" + columns + ", primary key (k, d))", "insert into types (k, d) values ('k', 1)");
            log.drain();
            List<String> expected = mysql.query("select column_name, column_type from information_schema.columns where table_name = 'types'"
                    + " order by ordinal_position").stream().map(row -> row.get(0) + " mysql:" + row.get(1)
                    .replaceAll("int\\(\\d+\\)", "int").replace(" zerofill", "").replace("year(4)", "year")).toList();
            assertEquals(expected, log.table.columns().stream().map(column -> column.name() + " " + column.type()).toList());
            assertEquals(List.of("d", "k"), log.table.columns().stream().filter(Column::key).map(Column::name).toList());
        }
    }

    @Test
    void whatCannotBeReadExactlyIsNamed() {
        mysql.execute("drop table if exists g", "create table g (id int primary key, v varchar(9) character set gbk)");
        try (TestingLog log = new TestingLog(mysql).start()) {
            mysql.execute("insert into g values (1, 'a')");
            String sentence = log.awaitFailure();
            assertTrue(sentence.startsWith("column v of table app.g has a character set (collation number 28 "), sentence);
        }
    }
}
