package io.rowmesh.testbed.simulation;

import io.rowmesh.rules.ColumnRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The rows of a simulated table with counters, as users write them and the table's triggers leave them. */
final class CounterRows {

    static final TableShape SHAPE = new TableShape(new TableId("public", "c"), List.of(new Column("id", "integer", true),
            new Column("n", "integer", false), new Column("hi", "integer", false), new Column("lo", "integer", false),
            new Column("tags", "text[]", false), new Column("v", "text", false)));
    static final TableRules RULES = TableRules.counting(Map.of("n", ColumnRule.SUM, "hi", ColumnRule.MAX, "lo", ColumnRule.MIN,
            "tags", ColumnRule.UNION));

    private CounterRows() {
    }

    /** All but the key, as one text. */
    static String text(Row row) {
        return row.get(1) + "|" + row.get(2) + "|" + row.get(3) + "|" + row.get(4) + "|" + row.get(5);
    }

    static Row row(int slot, String text) {
        String[] parts = text.split("\\|");
        return new Row(World.KEYS[slot], parts[0], parts[1], parts[2], parts[3], parts[4]);
    }

    static Row inserted(int slot, int number, String value) {
        return new Row(World.KEYS[slot], "" + number, "" + number, "" + number, "{" + value + "}", value);
    }

    /** What an update makes of a row: max, min and union never go back. */
    static Row updated(int slot, Row before, int add, int to, String value) {
        return new Row(World.KEYS[slot], "" + (Integer.parseInt(before.get(1)) + add), "" + Math.max(Integer.parseInt(before.get(2)), to),
                "" + Math.min(Integer.parseInt(before.get(3)), to), union(before.get(4), "{" + value + "}"), value);
    }

    static String union(String left, String right) {
        TreeSet<String> elements = new TreeSet<>(List.of(left.substring(1, left.length() - 1).split(",")));
        elements.addAll(List.of(right.substring(1, right.length() - 1).split(",")));
        return "{" + String.join(",", elements) + "}";
    }
}
