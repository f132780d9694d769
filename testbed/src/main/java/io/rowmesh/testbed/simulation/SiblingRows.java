package io.rowmesh.testbed.simulation;

import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.util.List;
import java.util.Map;

/** The rows of simulated tables under the rules over siblings: a column that names a region, and one that tells who wrote the row. */
final class SiblingRows {

    static final TableShape PRIORITY = shape("s_priority");
    static final TableShape HOME = shape("s_home");
    static final TableShape CUSTOM = shape("s_custom");
    static final TableShape PARK = shape("s_park");

    /** The first wins. */
    static final List<String> ORDER = List.of("b", "d", "a", "e", "c");

    private static final Map<TableShape, TableRules> RULES = Map.of(
            PRIORITY, new TableRules(RowRule.REGION_PRIORITY, Map.of(), List.of(), ORDER, null, null),
            HOME, new TableRules(RowRule.HOME_REGION, Map.of(), List.of(), List.of(), "home", null),
            CUSTOM, new TableRules(RowRule.CUSTOM, Map.of(), List.of(), List.of(), null, MedianRule.NAME),
            PARK, TableRules.of(RowRule.PARK));

    private SiblingRows() {
    }

    private static TableShape shape(String name) {
        return new TableShape(new TableId("public", name), List.of(new Column("id", "integer", true), new Column("home", "text", false),
                new Column("v", "text", false)));
    }

    static boolean is(TableShape shape) {
        return RULES.containsKey(shape);
    }

    /** Of one of these tables; null for any other. */
    static TableRules rules(TableId id) {
        return RULES.entrySet().stream().filter(each -> each.getKey().id().equals(id)).map(Map.Entry::getValue).findFirst().orElse(null);
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
