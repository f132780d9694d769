package io.rowmesh.schema.types;

import io.rowmesh.applier.write.TextForms;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.types.TestingTypeCells.Cell;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What {@code type-cells.txt} says of each value is what a real PostgreSQL and a real MySQL make of it. */
class TypesOnServersTest {

    private static final List<Cell> CELLS = TestingTypeCells.all();
    /** Longer texts are only tried where they are written to. */
    private static final int LONG = 100_000;
    private static final List<String> CHARACTER_SETS = List.of("latin1", "ascii", "utf8mb3", "ucs2", "latin2", "latin5", "latin7", "cp1250", "cp1251", "cp1257",
            "koi8r", "cp850", "cp852");

    private static TestingPostgres postgres;
    private static TestingMySql mysql;

    @BeforeAll
    static void start(@TempDir Path directory) {
        postgres = TestingPostgres.start(directory.resolve("postgres"));
        mysql = TestingMySql.start(directory.resolve("mysql"));
        postgres.execute("create type mood as enum ('a', 'B', 'it''s', 'c d', 'happy', 'b')");
    }

    @AfterAll
    static void stop() {
        mysql.close();
        postgres.close();
    }

    @Test
    void whatIsConvertedIsTakenAndReadsBackEqual() throws SQLException {
        List<String> wrong = new ArrayList<>();
        try (Connection toPostgres = postgresSession(); Connection toMySql = mySqlSession()) {
            StoredTexts inPostgres = new StoredTexts(toPostgres, false, types(false));
            StoredTexts inMySql = new StoredTexts(toMySql, true, types(true));
            for (Cell cell : CELLS) {
                if (cell.value().length() < LONG && !onlyInTheLog(cell)) {
                    check(wrong, cell, cell.source(), cell.value(), TypeName.isMySql(cell.source()) ? inMySql : inPostgres, toPostgres);
                }
                if (!cell.parked()) {
                    check(wrong, cell, cell.target(), cell.expected(), TypeName.isMySql(cell.target()) ? inMySql : inPostgres, toPostgres);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** Labels that are no members, and documents that MySQL makes of other types, cannot be written as texts. */
    private static boolean onlyInTheLog(Cell cell) {
        return cell.parked() && (cell.source().startsWith("mysql:enum") || cell.source().equals("mysql:json"));
    }

    private static void check(List<String> wrong, Cell cell, String type, String text, StoredTexts database, Connection toPostgres) throws SQLException {
        String stored = database.written(type, text);
        if (!equal(type, text, stored, toPostgres)) {
            wrong.add(cell + ": " + type + " holds " + (stored == null || stored.length() < 200 ? stored : stored.substring(0, 200)) + "\n");
        }
    }

    private static boolean equal(String type, String text, String stored, Connection toPostgres) throws SQLException {
        if (stored.startsWith("refused")) {
            return false;
        }
        String base = TypeName.of(type).base();
        if (base.startsWith("float") || base.equals("real")) {
            return Float.floatToIntBits(Float.parseFloat(text)) == Float.floatToIntBits(Float.parseFloat(stored));
        }
        if (base.startsWith("double")) {
            return Double.doubleToLongBits(Double.parseDouble(text)) == Double.doubleToLongBits(Double.parseDouble(stored));
        }
        if (type.equals("mysql:json")) {
            return text.equals(stored) || equalDocuments(text, stored, toPostgres);
        }
        return base.startsWith("timestamp") && text.startsWith("0000") ? text.replace("+00", "").equals(stored) : text.equals(stored);
    }

    private static boolean equalDocuments(String one, String other, Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select ?::jsonb = ?::jsonb")) {
            query.setString(1, one);
            query.setString(2, other);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    @Test
    void documentsKeepTheirNumbersThereAndBack() throws Exception {
        TypeMapping there = TypeMappings.between("jsonb", "mysql:json");
        TypeMapping back = TypeMappings.between("mysql:json", "jsonb");
        List<String> wrong = new ArrayList<>();
        int kept = 0;
        try (Connection toPostgres = postgresSession(); Connection toMySql = mySqlSession();
             PreparedStatement query = toMySql.prepareStatement("select concat(cast(? as json))")) {
            for (String number : numbers()) {
                String converted = convertedOrNull(there, number);
                kept += converted == null ? 0 : 1;
                query.setString(1, converted == null ? "0" : converted);
                try (ResultSet row = query.executeQuery()) {
                    row.next();
                    if (converted != null && !equalDocuments(number, back.convert(row.getString(1)), toPostgres)) {
                        wrong.add(number + " became " + row.getString(1) + "\n");
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(kept > 300, () -> "most are parked");
    }

    private static String convertedOrNull(TypeMapping mapping, String text) {
        try {
            return mapping.convert(text);
        } catch (ValueMisfit parked) {
            return null;
        }
    }

    private static List<String> numbers() {
        List<String> numbers = new ArrayList<>(List.of("1e22", "1e23", "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "0.1", "123456.789",
                "9007199254740993", "18446744073709551615", "-9223372036854775808", "0.30000000000000004"));
        Random random = new Random(7);
        while (numbers.size() < 1_500) {
            double any = Double.longBitsToDouble(random.nextLong());
            double usual = BigDecimal.valueOf(random.nextLong() >> random.nextInt(40), random.nextInt(20)).doubleValue();
            double large = BigDecimal.valueOf(random.nextInt(), random.nextInt(600) - 300).doubleValue();
            for (double number : new double[] {any, usual, large}) {
                if (Double.isFinite(number)) {
                    numbers.add(FloatTexts.shortest(number).toString().replace("E+", "e"));
                }
            }
        }
        return numbers;
    }

    private static Set<String> types(boolean ofMySql) {
        return CELLS.stream().flatMap(cell -> Stream.of(cell.source(), cell.target())).filter(type -> TypeName.isMySql(type) == ofMySql)
                .collect(Collectors.toSet());
    }

    private static Connection postgresSession() throws SQLException {
        Connection connection = postgres.connect();
        TextForms.pin(connection);
        return connection;
    }

    private static Connection mySqlSession() throws SQLException {
        Connection connection = mysql.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES'");
        }
        return connection;
    }

    @Test
    void keysAreEqualWhereMySqlSaysSo() throws SQLException {
        String[][] keys = {{"decimal(10,2)", "1.10", "1.1", "1.20", "0.00", "-0.00"}, {"double", "-0", "0", "1e-3", "0.001", "5e-324"},
                {"float", "0", "-0", "0.5"}, {"varchar(9)", "ab", "ab ", "AB", "ab\t", " ab", "", "  ", "ab\u00a0", "1.0", "1.00"},
                {"char(9)", "ab", "ab ", "AB", "ab\t", " ab", ""}, {"time(1)", "00:00:00.0", "-00:00:00.1", "00:00:00.1"},
                {"datetime", "0000-00-00 00:00:00", "2024-01-01 00:00:00"}, {"year", "0000", "2000"}, {"enum('a','A','1.0')", "a", "A", "1.0"},
                {"set('a','b')", "a", "a,b", ""}, {"int", "1", "10", "-1"}};
        try (Connection connection = mySqlSession(); Statement statement = connection.createStatement()) {
            for (String[] key : keys) {
                statement.execute("create table keyed (id " + key[0] + " primary key) character set utf8mb4 collate utf8mb4_bin");
                for (int i = 1; i < key.length; i++) {
                    for (int j = i + 1; j < key.length; j++) {
                        statement.execute("delete from keyed");
                        insert(connection, key[i]);
                        boolean equal = !insert(connection, key[j]);
                        assertEquals(equal, key(key[0], key[i]).equals(key(key[0], key[j])), key[0] + ": '" + key[i] + "' and '" + key[j] + "'");
                    }
                }
                statement.execute("drop table keyed");
            }
        }
    }

    private static boolean insert(Connection connection, String key) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into keyed values (?)")) {
            insert.setString(1, key);
            insert.execute();
            return true;
        } catch (SQLIntegrityConstraintViolationException equal) {
            return false;
        }
    }

    private static String key(String type, String text) {
        return RowKey.of(new TableShape(new TableId("app", "keyed"), List.of(new Column("id", TypeName.MYSQL + type, true))), new Row(text));
    }

    @Test
    void characterSetsHoldWhatMySqlSaysTheyHold() throws SQLException {
        try (Connection connection = mySqlSession(); Statement statement = connection.createStatement()) {
            statement.execute("set cte_max_recursion_depth = 70000");
            statement.execute("create table points (n int primary key, ch varchar(1) character set utf8mb4 collate utf8mb4_bin)");
            statement.execute("insert into points with recursive p as (select 0 n union all select n + 1 from p where n < 65535)"
                    + " select n, convert(char(n using ucs2) using utf8mb4) from p where n not between 55296 and 57343");
            List<String> wrong = new ArrayList<>();
            for (String set : CHARACTER_SETS) {
                CharacterFit fit = CharacterFit.of(set).orElseThrow();
                BitSet ours = new BitSet();
                for (int n = 0; n < 65536; n++) {
                    ours.set(n, fit.holds(Character.toString(n)));
                }
                BitSet theirs = new BitSet();
                try (ResultSet rows = statement.executeQuery("select n from points where hex(convert(convert(ch using " + set + ") using utf8mb4)) = hex(ch)")) {
                    while (rows.next()) {
                        theirs.set(rows.getInt(1));
                    }
                }
                ours.xor(theirs);
                if (!ours.isEmpty()) {
                    wrong.add(set + " differs in MySQL: " + ours);
                }
            }
            assertEquals(List.of(), wrong);
        }
    }
}
