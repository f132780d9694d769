package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * What must stand at the end in a table under unique: newest-wins: of each key the newest write of all regions; of these, the newest
 * first, each that has no unique value of one that is shown. The others are hidden, with their versions. Shares no code with the rules.
 */
final class UniqueOracle {

    private final World world;
    private final int number;

    private record Newest(int key, long version, Row row) {
    }

    UniqueOracle(World world, int number) {
        this.world = world;
        this.number = number;
    }

    /** @throws Broken when a region shows or hides anything else */
    void check() {
        List<Newest> rows = newest();
        List<Newest> shown = new ArrayList<>();
        for (Newest row : rows) {
            if (shown.stream().noneMatch(other -> sameValue(row.row(), other.row(), 1) || sameValue(row.row(), other.row(), 2))) {
                shown.add(row);
            }
        }
        int keys = world.regions[0].database.tables[number].slots.length;
        for (Region region : world.regions) {
            for (int key = 0; key < keys; key++) {
                int of = key;
                Newest row = rows.stream().filter(each -> each.key() == of).findFirst().orElse(null);
                check(region, key, shown.contains(row) ? row : null, shown.contains(row) ? null : row);
            }
        }
    }

    private void check(Region region, int key, Newest shown, Newest hidden) {
        Table table = region.database.tables[number];
        Tuple row = region.database.committed(table.slots[key]);
        Tuple moved = region.database.committed(table.moved[key]);
        long version = row == null ? 0 : moved != null && moved.of == row.xmin ? Versions.ofTombstone(moved) : Versions.of(row);
        Tuple aside = region.database.committed(table.hidden[key]);
        compare(region, "shown", key, text(shown), row == null ? null : row.value + " " + Versions.text(version));
        compare(region, "hidden", key, text(hidden), aside == null ? null : aside.value + " " + Versions.text(Versions.ofTombstone(aside)));
    }

    private static String text(Newest row) {
        return row == null ? null : UniqueRows.text(row.row()) + " " + Versions.text(row.version());
    }

    private static void compare(Region region, String what, int key, String expected, String found) {
        if (!Objects.equals(expected, found)) {
            throw new Broken("key " + key + " of " + UniqueRows.SHAPE.id() + " " + what + " is " + found + " in region " + region.name
                    + ", and should be " + expected);
        }
    }

    private static boolean sameValue(Row one, Row other, int column) {
        return one.get(column) != null && one.get(column).equals(other.get(column));
    }

    /** Newest first; what was deleted left out. */
    private List<Newest> newest() {
        int keys = world.regions[0].database.tables[number].slots.length;
        List<Newest> rows = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            Newest best = newest(key);
            if (best != null && best.row() != null) {
                rows.add(best);
            }
        }
        rows.sort(Comparator.comparingLong(Newest::version).reversed().thenComparing(Newest::key));
        return rows;
    }

    private Newest newest(int key) {
        Newest best = null;
        for (Region region : world.regions) {
            for (DbTransaction written : region.database.log) {
                for (RowChange change : world.shipped(written)) {
                    boolean touches = change.table() == world.shapes.get(number) && World.touches(change, key);
                    if (touches && (best == null || Versions.of(written.micros, region.number) >= best.version())) {
                        boolean lives = change.kind() == RowChange.Kind.INSERT || change.kind() == RowChange.Kind.UPDATE;
                        best = new Newest(key, Versions.of(written.micros, region.number), lives ? RowChange.keyImage(change) : null);
                    }
                }
            }
        }
        return best;
    }
}
