package io.rowmesh.schema.types;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ShapeTranslationTest {

    private static final TableId ORDERS = new TableId("shop", "orders");
    private static final TableShape POSTGRES = shape(new Column("id", "uuid", true), new Column("paid", "boolean", false),
            new Column("n", "bigint", false), new Column("note", "text", false));
    /** In another order, and with a column of its own. */
    private static final TableShape MYSQL = shape(new Column("note", "mysql:varchar(5)", false), new Column("paid", "mysql:tinyint(1)", false),
            new Column("id", "mysql:char(36)", true), new Column("local", "mysql:int", false), new Column("n", "mysql:int", false));
    private static final TableShape TRANSLATED = shape(new Column("note", "mysql:varchar(5)", false), new Column("paid", "mysql:tinyint(1)", false),
            new Column("id", "mysql:char(36)", true), new Column("n", "mysql:int", false));
    private static final String ID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";

    private final ShapeTranslation translation = translation(POSTGRES, MYSQL);

    @Test
    void anInsertStandsInTheLocalColumns() throws ValueMisfit {
        assertEquals(new RowChange.Insert(TRANSLATED, new Row("abc", "1", ID, "7")),
                translation.translate(new RowChange.Insert(POSTGRES, new Row(ID, "t", "7", "abc"))));
    }

    @Test
    void nullAndUnknownStayWhatTheyAre() throws ValueMisfit {
        Row after = ((RowChange.Insert) translation.translate(new RowChange.Insert(POSTGRES, new Row(ID, null, Row.ABSENT, "")))).after();
        assertNull(after.get(1));
        assertTrue(after.isAbsent(3));
        assertEquals("", after.get(0));
    }

    @Test
    void anUpdateStandsWithTheRowBefore() throws ValueMisfit {
        Row before = new Row(ID, "f", "6", Row.ABSENT);
        assertEquals(new RowChange.Update(TRANSLATED, new Row(Row.ABSENT, "0", ID, "6"), new Row("abc", "1", ID, "7")),
                translation.translate(new RowChange.Update(POSTGRES, before, new Row(ID, "t", "7", "abc"))));
        assertNull(((RowChange.Update) translation.translate(new RowChange.Update(POSTGRES, null, new Row(ID, "t", "7", "abc")))).before());
    }

    @Test
    void aRowBeforeThatDoesNotFitIsNotTold() throws ValueMisfit {
        RowChange change = new RowChange.Update(POSTGRES, new Row(ID, "f", "99999999999", "x"), new Row(ID, "t", "7", "abc"));
        assertNull(((RowChange.Update) translation.translate(change)).before());
    }

    @Test
    void aDeleteNeedsNoMoreThanItsKey() throws ValueMisfit {
        assertEquals(new RowChange.Delete(TRANSLATED, new Row(Row.ABSENT, "1", ID, Row.ABSENT)),
                translation.translate(new RowChange.Delete(POSTGRES, new Row(ID, "t", "99999999999", "too long"))));
        assertThrows(ValueMisfit.class, () -> translation(MYSQL_KEYED, POSTGRES_KEYED).translate(
                new RowChange.Delete(MYSQL_KEYED, new Row("NO-UUID"))));
    }

    private static final TableShape MYSQL_KEYED = shape(new Column("id", "mysql:char(36)", true));
    private static final TableShape POSTGRES_KEYED = shape(new Column("id", "uuid", true));

    @Test
    void aTruncateIsOneOfTheLocalTable() throws ValueMisfit {
        assertEquals(new RowChange.Truncate(TRANSLATED), translation.translate(new RowChange.Truncate(POSTGRES)));
    }

    @Test
    void aValueThatDoesNotFitNamesItsColumnAndBothTypes() {
        ValueMisfit misfit = assertThrows(ValueMisfit.class,
                () -> translation.translate(new RowChange.Insert(POSTGRES, new Row(ID, "t", "99999999999", "abc"))));
        assertEquals(ValueMisfit.Kind.VALUE, misfit.kind());
        assertEquals("a value of the column \"n\" of table shop.orders, which is bigint at the origin and mysql:int here, is not between -2147483648 and"
                + " 2147483647; change it at the origin, or give the column here a type that holds it and retry", misfit.getMessage());
    }

    @Test
    void tablesThatDoNotMatchSayWhatToDo() {
        assertMisfit(ValueMisfit.Kind.COLUMN, "has no column \"note\" here", shape(MYSQL.columns().get(1), MYSQL.columns().get(2), MYSQL.columns().get(4)));
        assertMisfit(ValueMisfit.Kind.KEY, "another primary key", shape(key(MYSQL.columns().get(0)), MYSQL.columns().get(1), MYSQL.columns().get(2),
                MYSQL.columns().get(4)));
        assertMisfit(ValueMisfit.Kind.KEY, "another primary key", shape(MYSQL.columns().get(0), MYSQL.columns().get(1), MYSQL.columns().get(2),
                key(MYSQL.columns().get(3)), MYSQL.columns().get(4)));
        assertMisfit(ValueMisfit.Kind.TYPES, "\"n\" of table shop.orders is bigint at the origin and mysql:point here, which is refused",
                shape(MYSQL.columns().get(0), MYSQL.columns().get(1), MYSQL.columns().get(2), new Column("n", "mysql:point", false)));
        assertMisfit(ValueMisfit.Kind.COLUMN, "has no column \"note\" here", shape(new Column("Note", "mysql:varchar(5)", false),
                MYSQL.columns().get(1), MYSQL.columns().get(2), MYSQL.columns().get(4)));
    }

    private static void assertMisfit(ValueMisfit.Kind kind, String message, TableShape local) {
        ValueMisfit misfit = assertThrows(ValueMisfit.class, () -> ShapeTranslation.between(POSTGRES, LocalColumns.of(local)));
        assertEquals(kind, misfit.kind());
        assertTrue(misfit.getMessage().contains(message), misfit.getMessage());
    }

    @Test
    void aKeyWithASpaceAtItsEndIsNoKeyOfBothDatabases() throws ValueMisfit {
        TableShape postgres = shape(new Column("id", "text", true), new Column("v", "text", false));
        TableShape mysql = shape(new Column("id", "mysql:varchar(9)", true), new Column("v", "mysql:varchar(9)", false));
        Row spaced = new Row("a ", "b ");
        assertThrows(ValueMisfit.class, () -> translation(postgres, mysql).translate(new RowChange.Insert(postgres, spaced)));
        assertThrows(ValueMisfit.class, () -> translation(mysql, postgres).translate(new RowChange.Insert(mysql, spaced)));
        Row fits = new Row("a", "b ");
        assertEquals(new RowChange.Insert(mysql, fits), translation(postgres, mysql).translate(new RowChange.Insert(postgres, fits)));
        TableShape wider = shape(new Column("id", "mysql:varchar(10)", true), new Column("v", "mysql:varchar(9)", false));
        assertEquals(new RowChange.Insert(wider, spaced), translation(mysql, wider).translate(new RowChange.Insert(mysql, spaced)));
    }

    @Test
    void aPaddedKeyOfPostgresStandsInMySqlAndBack() throws ValueMisfit {
        TableShape postgres = shape(new Column("id", "character(3)", true));
        TableShape mysql = shape(new Column("id", "mysql:varchar(3)", true));
        RowChange there = translation(postgres, mysql).translate(new RowChange.Insert(postgres, new Row("a  ")));
        assertEquals(new RowChange.Insert(mysql, new Row("a")), there);
        assertEquals(new RowChange.Insert(postgres, new Row("a  ")), translation(mysql, postgres).translate(there));
    }

    @Test
    void theCharacterSetOfALocalColumnIsHeeded() throws ValueMisfit {
        TableShape mysql = shape(new Column("id", "mysql:int", true), new Column("v", "mysql:varchar(9)", false));
        ShapeTranslation latin = ShapeTranslation.between(mysql, new LocalColumns(mysql, Map.of("v", CharacterFit.of("latin1").orElseThrow())));
        assertFalse(latin.changesNothing());
        assertEquals(new RowChange.Insert(mysql, new Row("1", "é")), latin.translate(new RowChange.Insert(mysql, new Row("1", "é"))));
        assertThrows(ValueMisfit.class, () -> latin.translate(new RowChange.Insert(mysql, new Row("1", "Ж"))));
        assertTrue(translation(mysql, mysql).changesNothing());
        assertFalse(translation.changesNothing());
    }

    private static ShapeTranslation translation(TableShape source, TableShape local) {
        try {
            return ShapeTranslation.between(source, LocalColumns.of(local));
        } catch (ValueMisfit misfit) {
            throw new AssertionError(misfit);
        }
    }

    private static Column key(Column column) {
        return new Column(column.name(), column.type(), true);
    }

    private static TableShape shape(Column... columns) {
        return new TableShape(ORDERS, List.of(columns));
    }
}
