package io.rowmesh.testbed.simulation;

import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.util.List;

/** The rows of a simulated table under column-merge: two columns beside the key. */
final class WideRows {

    static final TableShape SHAPE = new TableShape(new TableId("public", "w"), List.of(new Column("id", "integer", true),
            new Column("v", "text", false), new Column("w", "text", false)));
    static final TableRules RULES = TableRules.columnMerge(List.of());

    private WideRows() {
    }

    /** All but the key, as one text. */
    static String text(Row row) {
        return row.get(1) + "|" + row.get(2);
    }

    static Row row(int slot, String text) {
        int bar = text.indexOf('|');
        return new Row(World.KEYS[slot], text.substring(0, bar), text.substring(bar + 1));
    }
}
