package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * What must stand at the end in a table under column-merge: each column as the newest write left it that set it, dead rows' writes
 * included; the row lives if its newest write is newer than its newest delete. Shares no code with the rule.
 */
final class ColumnOracle {

    private final World world;
    private final int number;

    ColumnOracle(World world, int number) {
        this.world = world;
        this.number = number;
    }

    /** @throws Broken when a region holds anything else */
    void check(int key) {
        String expected = expected(key);
        for (Region region : world.regions) {
            Tuple row = region.database.committed(region.database.tables[number].slots[key]);
            String found = row == null ? null : row.value;
            if (!Objects.equals(found, expected)) {
                throw new Broken("key " + key + " of " + WideRows.SHAPE.id() + " is " + found + " in region " + region.name
                        + ", and should be " + expected);
            }
        }
    }

    /**
     * What was written to the row and is not shipped is said by the next write of it that is: that says all of the row. What came after a
     * truncate that was not shipped says so itself.
     *
     * @throws Broken when one does not, or there is none
     */
    void checkWithheld(int key) {
        for (Region region : world.regions) {
            DbTransaction unsaid = null;
            for (DbTransaction written : region.database.log) {
                for (RowChange change : world.shipped(written)) {
                    if (unsaid != null && writes(change, key) && change instanceof RowChange.Update update && update.before() != null) {
                        throw new Broken(region.name + " ships only what " + World.text(written) + " changed, after it withheld " + World.text(unsaid));
                    }
                    unsaid = writes(change, key) ? null : unsaid;
                }
                boolean withheld = written.local && written.shipped == null && written.changes.stream()
                        .anyMatch(change -> writes(change, key) && change.kind() != RowChange.Kind.TRUNCATE);
                unsaid = withheld ? written : unsaid;
            }
            if (unsaid != null) {
                throw new Broken(region.name + " never says what it withheld: " + World.text(unsaid));
            }
        }
    }

    private boolean writes(RowChange change, int key) {
        return change.table() == world.shapes.get(number) && World.touches(change, key);
    }

    private String expected(int key) {
        Row row = null;
        boolean lives = false;
        for (DbTransaction written : inOrder()) {
            for (RowChange change : world.shipped(written)) {
                if (!writes(change, key)) {
                    continue;
                }
                lives = change.kind() == RowChange.Kind.INSERT || change.kind() == RowChange.Kind.UPDATE;
                row = lives ? with(row, change) : row;
            }
        }
        return lives ? WideRows.text(row) : null;
    }

    private List<DbTransaction> inOrder() {
        List<DbTransaction> all = new ArrayList<>();
        for (Region region : world.regions) {
            region.database.log.stream().filter(each -> each.local).forEach(all::add);
        }
        all.sort(Comparator.comparingLong(each -> Versions.of(each.micros, each.origin)));
        return all;
    }

    private static Row with(Row row, RowChange change) {
        Row after = RowChange.keyImage(change);
        Row before = change instanceof RowChange.Update update ? update.before() : null;
        if (before == null || row == null) {
            return after;
        }
        Row merged = row;
        for (int i = 1; i < after.size(); i++) {
            merged = Objects.equals(before.get(i), after.get(i)) ? merged : merged.with(i, after.get(i));
        }
        return merged;
    }
}
