package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;

import java.util.List;

/**
 * What every region's conflict history must tell of a table under a rule over siblings: each write that nobody had seen and that is not
 * shown; and of two that did not see each other, and that the same writes had seen, at least one, as they met in every region before
 * those came. Shares no code with the rules.
 */
final class SiblingHistoryOracle {

    private final World world;
    private final TableShape shape;
    private final HistoryOracle history;
    private final List<Operation> all;

    SiblingHistoryOracle(World world, TableShape shape, HistoryOracle history) {
        this.world = world;
        this.shape = shape;
        this.history = history;
        this.all = Operation.of(world, shape);
    }

    /** @throws Broken when something is not told */
    void check(int key) {
        List<Operation> writes = all.stream().filter(op -> op.touches(key)).toList();
        List<Operation> unseen = SiblingOracle.unseen(writes);
        for (Operation one : unseen.size() > 1 ? unseen : List.<Operation>of()) {
            if (one != SiblingOracle.chosen(shape, unseen) && !isOneOfTruncates(one, writes)) {
                mustBeTold(key, one, one);
            }
        }
        for (Operation one : writes) {
            for (Operation other : writes) {
                boolean met = one.region() < other.region() && areUnseen(one, other)
                        && writes.stream().allMatch(later -> later.hasSeen(one) == later.hasSeen(other) || later == one || later == other);
                if (met && !isOneOfTruncates(one, writes) && !isOneOfTruncates(other, writes)) {
                    mustBeTold(key, one, other);
                }
            }
        }
    }

    private static boolean areUnseen(Operation one, Operation other) {
        return !one.hasSeen(other) && !other.hasSeen(one);
    }

    /** Where the key has no row they are kept of the table, and only the one that counts among them is told to what meets them. */
    private static boolean isOneOfTruncates(Operation op, List<Operation> writes) {
        return isTruncate(op) && writes.stream().anyMatch(other -> isTruncate(other) && areUnseen(op, other));
    }

    private static boolean isTruncate(Operation op) {
        return op.change().kind() == RowChange.Kind.TRUNCATE;
    }

    private void mustBeTold(int key, Operation one, Operation other) {
        for (Region region : world.regions) {
            if (!history.tells(region.number, shape, key, one.version()) && !history.tells(region.number, shape, key, other.version())) {
                throw new Broken("key " + key + " of " + shape.id() + ": " + Versions.text(one.version()) + (one == other ? " is not shown"
                        : " and " + Versions.text(other.version()) + " had not seen each other") + ", and the history of region " + region.name
                        + " does not tell of it");
            }
        }
    }
}
