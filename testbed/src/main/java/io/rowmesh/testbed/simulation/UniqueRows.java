package io.rowmesh.testbed.simulation;

import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.util.List;

/** The rows of a simulated table under unique: newest-wins: two columns, each with a unique key of its own, and one without. */
final class UniqueRows {

    static final TableShape SHAPE = new TableShape(new TableId("public", "u"), List.of(new Column("id", "integer", true),
            new Column("p", "text", false), new Column("q", "text", false), new Column("v", "text", false)));
    static final TableRules RULES = TableRules.newestWins();
    /** How many values a unique column has, besides null. */
    private static final int VALUES = 3;

    private UniqueRows() {
    }

    /** All but the key, as one text; a null is empty. */
    static String text(Row row) {
        return text(row.get(1)) + "|" + text(row.get(2)) + "|" + row.get(3);
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    static Row row(int slot, String text) {
        String[] parts = text.split("\\|");
        return new Row(World.KEYS[slot], value(parts[0]), value(parts[1]), parts[2]);
    }

    private static String value(String text) {
        return text.isEmpty() ? null : text;
    }

    /** Drawn from few values, so that rows collide. */
    static Row drawn(World world, int slot, String value) {
        return new Row(World.KEYS[slot], drawn(world), world.profile.tables() == Profile.TWO_UNIQUE ? drawn(world) : null, value);
    }

    private static String drawn(World world) {
        int drawn = world.choices.next(VALUES + 1);
        return drawn == 0 && world.choices.perMille(500) ? null : "" + Math.max(1, drawn);
    }

    /** Whether both rows have one value of a unique column. */
    static boolean collide(Row one, Row other) {
        return one.get(1) != null && one.get(1).equals(other.get(1)) || one.get(2) != null && one.get(2).equals(other.get(2));
    }
}
