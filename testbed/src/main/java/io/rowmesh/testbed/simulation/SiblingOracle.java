package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What must stand at the end in a table under a rule over siblings: of all writes of a key, those that no other one of that key had
 * seen, and of these the one that the rule names. Knows only the set of writes; shares no code with the rules.
 */
final class SiblingOracle {

    private final World world;
    private final TableShape shape;
    private final List<Operation> all;

    SiblingOracle(World world, TableShape shape) {
        this.world = world;
        this.shape = shape;
        this.all = Operation.of(world, shape);
    }

    /** @throws Broken when a region holds anything else, or keeps other siblings */
    void check(int key) {
        List<Operation> writes = all.stream().filter(op -> op.touches(key)).toList();
        List<Operation> unseen = unseen(writes);
        String expected = unseen.isEmpty() ? null : text(chosen(shape, unseen));
        String siblings = unseen.stream().map(op -> Versions.text(op.version())).collect(Collectors.joining(" "));
        for (Region region : world.regions) {
            Table table = region.database.table(shape.id());
            Tuple row = region.database.committed(table.slots[key]);
            String found = row == null ? null : row.value;
            if (!Objects.equals(found, expected)) {
                throw new Broken("key " + key + " of " + shape.id() + " is " + found + " in region " + region.name + ", and should be "
                        + expected + " of " + siblings);
            }
            Tuple state = region.database.committed(table.states[key]);
            String kept = state == null ? null : MemoryKeys.siblings(state);
            if (kept != null && !kept.equals(siblings) || kept == null && shape == SiblingRows.PARK && unseen.size() > 1
                    && !onlyTruncates(unseen)) {
                throw new Broken("of key " + key + " of " + shape.id() + " region " + region.name + " keeps " + kept + ", and should keep "
                        + siblings);
            }
        }
    }

    /** Those are kept of the table, where the key never had a row. */
    private static boolean onlyTruncates(List<Operation> unseen) {
        return unseen.stream().allMatch(op -> op.change().kind() == RowChange.Kind.TRUNCATE);
    }

    /** Those of a key that no other one had seen, the oldest first. */
    static List<Operation> unseen(List<Operation> writes) {
        return writes.stream().filter(op -> writes.stream().noneMatch(other -> other.hasSeen(op)))
                .sorted(Comparator.comparingLong(Operation::version)).toList();
    }

    /** @param unseen the oldest first */
    static Operation chosen(TableShape shape, List<Operation> unseen) {
        Operation newest = unseen.get(unseen.size() - 1);
        if (shape == SiblingRows.PRIORITY) {
            return SiblingRows.ORDER.stream().flatMap(region -> unseen.stream().filter(op -> World.NAMES[op.region()].equals(region)))
                    .findFirst().orElseThrow();
        }
        if (shape == SiblingRows.HOME) {
            return unseen.stream().filter(SiblingOracle::atHome).reduce((older, newer) -> newer).orElse(newest);
        }
        return shape == SiblingRows.CUSTOM ? unseen.get(unseen.size() / 2) : newest;
    }

    private static boolean atHome(Operation op) {
        Row row = RowChange.keyImage(op.change());
        return row != null && World.NAMES[op.region()].equals(row.get(1));
    }

    private static String text(Operation op) {
        return op.deletes() ? null : SiblingRows.text(RowChange.keyImage(op.change()));
    }
}
