package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.SqlFaults;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Every kind of value: written as it came, or refused. */
class MySqlValuesTest {

    private static TestingRegion region;
    private static MySqlRows rows;

    @BeforeAll
    static void start(@TempDir Path directory) throws SQLException {
        region = new TestingRegion(directory);
        rows = region.rows("us");
    }

    @AfterAll
    static void stop() throws SQLException {
        region.close();
    }

    /** A type, then values that it holds. */
    private static final String[][] KEPT = {
        {"tinyint(1)", "0", "1", "-128", "127"}, {"tinyint unsigned", "255"}, {"int(5) zerofill", "7"}, {"mediumint", "-8388608"},
        {"bigint", "-9223372036854775808", "9007199254740993"}, {"bigint unsigned", "18446744073709551615"},
        {"decimal(65,30)", "-12345678901234567890123456789012345.123456789012345678901234567890"}, {"decimal(5,2)", "-0.05", "999.99"},
        {"decimal(5,2) zerofill", "1.50"},
        {"float", "0.1", "-0", "3.4028235e38", "1e-45", "16777216", "0.00001", "1e15", "123456.79"}, {"float(7,4)", "999.0001"},
        {"double", "0.1", "-0", "5e-324", "1.7976931348623157e308", "9007199254740993e3", "1e23", "2e-5"}, {"double(10,2)", "12.25"},
        {"bit(1)", "0", "1"}, {"bit(9)", "000000001", "100000000"}, {"bit(64)", "1".repeat(64), "0".repeat(64)},
        {"char(5)", "", "ab", "  x", "ü€😀"}, {"varchar(10)", "", "x  ", "\0a", "a'b\\\"%_", "line\nend\r", "😀😀"},
        {"varchar(10) character set latin1", "é€ÿ", "\u0081"}, {"varchar(10) character set sjis", "ソ表"}, {"text", "x ", ""}, {"longtext", "ß".repeat(100_000)},
        {"binary(4)", "\\x00000000", "\\xff00ff27"}, {"varbinary(10)", "\\x", "\\x00275cff0a"}, {"blob", "\\x", "\\x" + "5c27".repeat(30_000)},
        {"date", "0000-00-00", "2024-00-15", "2024-02-30", "0001-01-01", "9999-12-31"},
        {"datetime", "0000-00-00 00:00:00", "2024-02-29 23:59:59", "1000-01-01 00:00:00"},
        {"datetime(6)", "2024-02-30 10:00:00.123456", "9999-12-31 23:59:59.999999", "0000-00-00 00:00:00.000000"}, {"datetime(3)", "2024-01-01 00:00:00.120"},
        {"timestamp null", "1970-01-01 00:00:01+00", "2038-01-19 03:14:07+00", "0000-00-00 00:00:00+00", "2024-03-31 02:30:00+00"},
        {"timestamp(3) null", "2024-03-31 02:30:00.987+00"},
        {"time", "-838:59:59", "838:59:59", "00:00:00", "07:08:09"}, {"time(6)", "-00:00:00.000001", "838:59:59.000000", "-12:30:00.500000"},
        {"year", "0000", "1901", "2155", "2000"},
        {"enum('a','B','1','it''s, \\\\ \"so\"','')", "a", "B", "1", "it's, \\ \"so\"", ""}, {"set('x','y','Z')", "", "x", "x,Z", "x,y,Z"},
        {"json", "null", "{\"a\": [1, -1, 1.5, 1e22, 18446744073709551615, 0.00001, 1.0], \"b\": \"é\\n\\\" 1.23456789012345678901\"}", "\"x\"", "[]", "1e300"},
        {"geometry", "\\xe610000001010000000000000000000040000000000000f03f"}, {"point", "\\x000000000101000000000000000000f03f0000000000000040"},
    };

    /** A type, then values that it does not hold as they are. */
    private static final String[][] REFUSED = {
        {"tinyint", "128", "1.5", "", "x", "1 ", "+1", "0x10"}, {"int unsigned", "-1", "4294967296"}, {"bigint", "9223372036854775808"},
        {"decimal(5,2)", "1.005", "1000", "1e2", "NaN"},
        {"float", "0.10000000149", "1e39", "NaN", "Infinity", "16777217", "1e-46"}, {"float(7,4)", "1.00001"}, {"double", "1e309", "9007199254740993", "0.1000000000000000000001", "1e-400"},
        {"double(10,2)", "1.001"},
        {"bit(4)", "10000", "1", "2222", ""}, {"char(5)", "abcdef", "a "}, {"varchar(5)", "abcdef", "abcde ", "\ud83d"}, {"tinytext", "x".repeat(256)},
        {"varchar(5) character set utf8", "😀"}, {"varchar(5) character set latin1", "я"}, {"varchar(5) character set ascii", "é"},
        {"binary(4)", "\\x00", "\\x0000000000", "00000000"}, {"varbinary(2)", "\\x000000", "\\x0", "\\xGG"}, {"tinyblob", "\\x" + "00".repeat(256)},
        {"date", "2024-02-32", "2024-13-01", "2024-01-01 10:00:00", "24-01-01", "", "2024-1-1"},
        {"datetime", "2024-01-01 10:00:00.5", "2024-01-01 25:00:00", "2024-01-01 10:00:00+00", "2024-01-01"}, {"datetime(3)", "2024-01-01 10:00:00.1234"},
        {"timestamp null", "1970-01-01 00:00:00+00", "2038-01-19 03:14:08+00", "2024-01-01 00:00:00", "2024-02-30 00:00:00+00", "2024-01-01 00:00:00.5+00"},
        {"time", "839:00:00", "10:00:00.5", "10:60:00", "10:00"}, {"time(6)", "838:59:59.000001"},
        {"year", "1900", "2156", "0", "24"}, {"enum('a','B','1')", "A", "b", "2", "", "a ", "c"}, {"set('x','y')", "X", "x,x", "z", "x,z", ",", "3"},
        {"json", "{bad", "", "1.2345678901234567890", "123456789012345678901", "{\"a\": 1e400}", "[0.30000000000000000001]"},
        {"geometry", "\\x00", "\\xe6100000010100000000000000000000400000000000"}, {"point", "\\x00000000010200000002000000000000000000f03f000000000000004000000000000008400000000000001040"},
    };

    @Test
    void whatMySqlHoldsIsWrittenAndReadAsItIs() throws SQLException {
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < KEPT.length; i++) {
            TableShape shape = table("kept" + i, KEPT[i][0]);
            for (int v = 1; v < KEPT[i].length; v++) {
                wrong.addAll(keeps(shape, KEPT[i][v]));
            }
            wrong.addAll(keeps(shape, null));
        }
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void whatItWouldChangeIsRefused() throws SQLException {
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < REFUSED.length; i++) {
            TableShape shape = table("refused" + i, REFUSED[i][0]);
            for (int v = 1; v < REFUSED[i].length; v++) {
                wrong.addAll(refuses(shape, REFUSED[i][v]));
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void floatsOfAllSizesKeepTheirBits() throws SQLException {
        Random random = new Random(7);
        TableShape doubles = table("doubles", "double");
        TableShape floats = table("floats", "float");
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            double wide = Double.longBitsToDouble(random.nextLong());
            float narrow = Float.intBitsToFloat(random.nextInt());
            if (Double.isFinite(wide) && Float.isFinite(narrow)) {
                wrong.addAll(keeps(doubles, io.rowmesh.schema.mysql.MySqlFloats.text(wide)));
                wrong.addAll(keeps(floats, io.rowmesh.schema.mysql.MySqlFloats.text(narrow)));
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    private static TableShape table(String name, String type) throws SQLException {
        region.mysql.execute("create table app." + name + " (id int primary key, v " + type + ")");
        return new MySqlCatalog(region.connection("t-" + name), TestingRegion.NAMES).table(new TableId("shop", name)).shape();
    }

    private static List<String> keeps(TableShape shape, String value) throws SQLException {
        try {
            RowChange change = TestingRegion.insert(shape, "1", value);
            rows.insert(List.of(change));
            String read = read(shape);
            rows.update(List.of(TestingRegion.update(shape, "1", null)));
            rows.update(List.of(TestingRegion.update(shape, "1", value)));
            rows.update(List.of(TestingRegion.update(shape, "1", value)));
            String again = read(shape);
            return value == null ? read == null ? List.of() : List.of("null became " + read)
                    : value.equals(read) && read.equals(again) || sameNumber(shape, value, read) ? List.of() : List.of(shape.columns().get(1) + ": " + value + " became " + read + ", " + again);
        } catch (SQLException e) {
            return List.of(shape.columns().get(1) + ": " + value + " is refused: " + e.getMessage());
        } finally {
            rows.rollback();
        }
    }

    /** Another text of the same double. */
    private static boolean sameNumber(TableShape shape, String value, String read) {
        return shape.columns().get(1).type().equals("mysql:double") && Double.valueOf(value).equals(Double.valueOf(read));
    }

    private static String read(TableShape shape) throws SQLException {
        NamedRow row = rows.lock(shape.id(), List.of("[\"1\"]")).get("[\"1\"]");
        return row.get("v");
    }

    private static List<String> refuses(TableShape shape, String value) throws SQLException {
        try {
            rows.insert(Collections.singletonList(TestingRegion.insert(shape, "1", value)));
            return List.of(shape.columns().get(1) + ": " + value + " was taken as " + read(shape));
        } catch (SQLException e) {
            return SqlFaults.remedy(e) == SqlFaults.Remedy.PARK_ROW ? List.of() : List.of(shape.columns().get(1) + ": " + value + " is not parked: " + e);
        } finally {
            rows.rollback();
        }
    }
}
