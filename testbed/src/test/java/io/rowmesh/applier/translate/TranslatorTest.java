package io.rowmesh.applier.translate;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.types.CharacterFit;
import io.rowmesh.schema.types.LocalColumns;
import org.junit.jupiter.api.Test;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TranslatorTest {

    private static final TableId T = new TableId("shop", "t");
    private static final TableShape POSTGRES = shape("t", "bigint");
    private static final TableShape MYSQL = shape("t", "mysql:int");

    private final Map<TableId, LocalColumns> catalog = new HashMap<>();
    private int looks;
    private SQLException fault;

    @Test
    void changesOfAnotherKindOfDatabaseBecomeLocalOnes() throws SQLException {
        catalog.put(T, LocalColumns.of(MYSQL));
        Translator translator = translator(true);
        RowChange fits = insert(POSTGRES, "7");
        assertEquals(List.of(insert(MYSQL, "7"), insert(MYSQL, "8")), translator.translate(List.of(fits, insert(POSTGRES, "8"))));
        translator.require(insert(MYSQL, "7"));
        assertEquals(2, looks);
    }

    @Test
    void whatDoesNotFitStaysAsItIsAndIsRefused() throws SQLException {
        catalog.put(T, LocalColumns.of(MYSQL));
        Translator translator = translator(true);
        RowChange large = insert(POSTGRES, "99999999999");
        List<RowChange> translated = translator.translate(List.of(large, insert(POSTGRES, "1")));
        assertSame(large, translated.get(0));
        assertEquals(insert(MYSQL, "1"), translated.get(1));
        assertRefused(translator, large, "22000", "is not between");
    }

    @Test
    void tablesThatDoNotMatchAreRefused() throws SQLException {
        RowChange change = insert(POSTGRES, "1");
        Translator translator = translator(true);
        assertSame(change, translator.translate(List.of(change)).get(0));
        assertRefused(translator, change, "42P01", "no table");
        catalog.put(T, LocalColumns.of(shape("t", "mysql:point")));
        assertSame(change, translator.translate(List.of(change)).get(0));
        assertRefused(translator, change, "42804", "refused");
        catalog.put(T, LocalColumns.of(new TableShape(T, List.of(new Column("id", "mysql:int", true)))));
        assertRefused(translator, change, "42703", "no column");
        catalog.put(T, LocalColumns.of(new TableShape(T, List.of(new Column("id", "mysql:int", false), new Column("v", "mysql:int", true)))));
        assertRefused(translator, change, "42830", "primary key");
    }

    @Test
    void aCatalogThatCannotBeReadIsNoFaultOfTheRow() {
        fault = new SQLException("the connection is gone", "08006");
        assertSame(fault, assertThrows(SQLException.class, () -> translator(true).translate(List.of(insert(POSTGRES, "1")))));
    }

    @Test
    void postgresToPostgresIsNeverTouchedNorLookedUp() throws SQLException {
        RowChange change = insert(POSTGRES, "1");
        Translator translator = translator(false);
        assertSame(change, translator.translate(List.of(change)).get(0));
        translator.require(change);
        assertEquals(0, looks);
    }

    @Test
    void mySqlChangesBecomePostgresOnes() throws SQLException {
        catalog.put(T, LocalColumns.of(POSTGRES));
        Translator translator = translator(false);
        RowChange local = translator.translate(List.of(insert(MYSQL, "1"))).get(0);
        assertEquals(insert(POSTGRES, "1"), local);
        translator.require(local);
    }

    @Test
    void mySqlChangesAreTranslatedWhereTheTablesDiffer() throws SQLException {
        catalog.put(T, LocalColumns.of(shape("t", "mysql:varchar(5)")));
        Translator translator = translator(true);
        RowChange same = insert(shape("t", "mysql:varchar(5)"), "abc");
        assertSame(same, translator.translate(List.of(same)).get(0));
        RowChange longer = insert(shape("t", "mysql:varchar(9)"), "abcdef");
        assertSame(longer, translator.translate(List.of(longer)).get(0));
        assertRefused(translator, longer, "22000", "longer than 5");
        catalog.put(T, new LocalColumns(shape("t", "mysql:varchar(5)"), Map.of("v", CharacterFit.of("latin1").orElseThrow())));
        translator.forgetTables();
        translator.require(same);
        assertRefused(translator, insert(shape("t", "mysql:varchar(5)"), "Ж"), "22000", "latin1");
    }

    @Test
    void aTableIsLookedUpAgainOnceForgotten() throws SQLException {
        catalog.put(T, LocalColumns.of(shape("t", "mysql:tinyint")));
        Translator translator = translator(true);
        RowChange change = insert(POSTGRES, "1000");
        assertRefused(translator, change, "22000", "is not between");
        catalog.put(T, LocalColumns.of(MYSQL));
        translator.forgetTables();
        assertEquals(insert(MYSQL, "1000"), translator.translate(List.of(change)).get(0));
    }

    private static void assertRefused(Translator translator, RowChange change, String state, String message) {
        SQLException refused = assertThrows(SQLException.class, () -> translator.require(change));
        assertEquals(state, refused.getSQLState());
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    private Translator translator(boolean toMySql) {
        return new Translator(toMySql, table -> {
            looks++;
            if (fault != null) {
                throw fault;
            }
            if (!catalog.containsKey(table)) {
                throw new SQLException("there is no table " + table, "42P01");
            }
            return catalog.get(table);
        });
    }

    private static RowChange insert(TableShape shape, String value) {
        return new RowChange.Insert(shape, new Row("1", value));
    }

    private static TableShape shape(String name, String type) {
        String key = type.startsWith("mysql:") ? "mysql:int" : "integer";
        return new TableShape(new TableId("shop", name), List.of(new Column("id", key, true), new Column("v", type, false)));
    }
}
