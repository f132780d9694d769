package io.rowmesh.schema;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class RowKeyTest {

    @Test
    void postgresKeysAreEqualWherePostgresSaysSo() {
        assertEqual("numeric", "1.10", "1.1", "1.100");
        assertEqual("numeric(10,2)", "0.00", "0", "-0.0");
        assertEqual("character(5)", "ab", "ab   ");
        assertDifferent("text", "ab", "ab ", "AB");
        assertDifferent("character varying(5)", "1.10", "1.1");
    }

    @Test
    void mySqlNumbersAreEqualByValue() {
        assertEqual("mysql:decimal(10,2)", "1.10", "1.1");
        assertEqual("mysql:decimal(10,2) unsigned", "100.00", "100");
        assertEqual("mysql:double", "-0", "0", "0.0");
        assertEqual("mysql:float unsigned", "1e6", "1000000");
        assertDifferent("mysql:double", "0.1", "0.2", "-0.1");
        assertDifferent("mysql:int", "1", "10");
        assertDifferent("mysql:bit(2)", "01", "10");
    }

    @Test
    void mySqlTextsAreEqualButForSpacesAtTheEnd() {
        for (String type : List.of("mysql:char(5)", "mysql:varchar(5)", "mysql:tinytext", "mysql:text", "mysql:mediumtext", "mysql:longtext")) {
            assertEqual(type, "ab", "ab ", "ab   ");
            assertEqual(type, "", "  ");
            assertDifferent(type, "ab", " ab", "AB", "ab\t", "ab\u00a0", "1.0", "1.00");
        }
    }

    @Test
    void otherMySqlValuesAreEqualByTheirTexts() {
        assertDifferent("mysql:varbinary(9)", "\\x61", "\\x6120", "\\x6100");
        assertDifferent("mysql:binary(2)", "\\x6120", "\\x6100");
        assertDifferent("mysql:datetime(6)", "2024-01-01 00:00:00.000000", "2024-01-01 00:00:00.000001", "0000-00-00 00:00:00.000000");
        assertDifferent("mysql:time", "-00:00:01", "00:00:01");
        assertDifferent("mysql:enum('a','A','1.0','1.00')", "a", "A", "1.0", "1.00");
        assertDifferent("mysql:set('a','b')", "a", "a,b");
        assertDifferent("mysql:year", "0000", "2000");
    }

    @Test
    void aKeyOfSeveralColumnsIsTheTextOfEach() {
        TableShape shape = new TableShape(new TableId("app", "t"), List.of(new Column("a", "mysql:decimal(5,1)", true),
                new Column("v", "mysql:int", false), new Column("b", "mysql:varchar(9)", true)));
        assertEquals("[\"1.5\",\"x\\\"y\"]", RowKey.of(shape, new Row("1.50", "7", "x\"y ")));
    }

    private static void assertEqual(String type, String first, String... others) {
        for (String other : others) {
            assertEquals(key(type, first), key(type, other), type);
        }
    }

    private static void assertDifferent(String type, String first, String... others) {
        for (String other : others) {
            assertNotEquals(key(type, first), key(type, other), type);
        }
    }

    private static String key(String type, String text) {
        return RowKey.of(new TableShape(new TableId("app", "t"), List.of(new Column("id", type, true))), new Row(text));
    }

    @Test
    void theTextsOfAKeyComeBackWhateverTheyHold() {
        List<String> texts = List.of("", "a\"b\\c", "\u0000\n\u001f é\uD83D\uDE00", "],[\",");
        TableShape table = new TableShape(new TableId("s", "t"), IntStream.range(0, 4).mapToObj(i -> new Column("k" + i, "text", true)).toList());
        assertEquals(texts, RowKey.texts(RowKey.of(table, new Row(texts.toArray(String[]::new)))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "", "[", "[\"a\"", "[\"a\"]x", "[\"\\u00\"]", "[1]", "{\"a\"]"})
    void anotherTextIsNoKey(String text) {
        assertThrows(IllegalArgumentException.class, () -> RowKey.texts(text));
    }
}
