package io.rowmesh.schema;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class WireCodecTest {

    private static final TableShape ORDERS = new TableShape(new TableId("Shop \"x\"", "select"), List.of(
            new Column("Id", "numeric(10,2)", true), new Column("code", "character(4)", true), new Column("note", "text", false)));

    @Test
    void everyKindOfChangeSurvivesTheWire() {
        List<RowChange> changes = List.of(
                new RowChange.Insert(ORDERS, new Row("1.50", "ab  ", "é€😀\n\"")),
                new RowChange.Update(ORDERS, null, new Row("1.50", "ab  ", null)),
                new RowChange.Update(ORDERS, new Row("1.50", "ab  ", ""), new Row("1.50", "ab  ", Row.ABSENT)),
                new RowChange.Delete(ORDERS, new Row("1.50", "ab  ", Row.ABSENT)),
                new RowChange.Truncate(ORDERS));
        List<RowChange> back = WireCodec.decodeChunk(WireCodec.encodeChunk(changes));
        assertEquals(changes, back);
        assertTrue(((RowChange.Delete) back.get(3)).before().isAbsent(2));
    }

    @Test
    void aUsersTextIsNeverTakenForAnAbsentValue() {
        Row row = new Row("1", "a", new String("absent"));
        assertTrue(!row.isAbsent(2));
    }

    @Test
    void headersSurviveTheWire() {
        TransactionHeader header = new TransactionHeader("eu", 2, 9, 1_700_000_000_123_456L, -5, 3, 1,
                List.of(new SeenMark("us", 1, 4, 77)), true, true, true);
        assertEquals(header, WireCodec.decode(WireCodec.encode(header)));
    }

    @Test
    void keysAreEqualExactlyWhenPostgresCallsThemEqual() {
        assertEquals(RowKey.of(ORDERS, new Row("1.5", "ab", null)), RowKey.of(ORDERS, new Row("1.500", "ab  ", null)));
        assertNotEquals(RowKey.of(ORDERS, new Row("1.5", "ab", null)), RowKey.of(ORDERS, new Row("1.5", " ab", null)));
        assertEquals("[\"0\",\"a\\\"\\\\\\u000a\"]", RowKey.of(ORDERS, new Row("0.000", "a\"\\\n", null)));
        assertEquals(RowKey.ALL, RowKey.of(new RowChange.Truncate(ORDERS)));
    }
}
