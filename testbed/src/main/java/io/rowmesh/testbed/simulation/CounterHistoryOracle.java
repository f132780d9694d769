package io.rowmesh.testbed.simulation;

import java.util.List;

/**
 * What every region's conflict history must tell of a table with counters: each insert or update that nobody had seen, and that does
 * not count, as it had not seen a delete, or that counts and whose plain columns a newer one has taken. Shares no code with the rules.
 */
final class CounterHistoryOracle {

    private final World world;
    private final HistoryOracle history;
    private final List<Operation> all;

    CounterHistoryOracle(World world, HistoryOracle history) {
        this.world = world;
        this.history = history;
        this.all = Operation.of(world, CounterRows.SHAPE);
    }

    /** @throws Broken when something is not told */
    void check(int key) {
        List<Operation> writes = all.stream().filter(op -> op.touches(key)).toList();
        List<Operation> deletes = writes.stream().filter(Operation::deletes).toList();
        for (Operation each : writes) {
            if (!each.deletes() && isUnseen(each, writes) && isGone(each, writes, deletes)) {
                mustBeTold(key, each);
            }
        }
    }

    /** Nor has it seen a newer one, as one that was long on its way to the log has. */
    private static boolean isUnseen(Operation write, List<Operation> writes) {
        return writes.stream().noneMatch(other -> other.seemsToHaveSeen(write) || other.hasSeen(write)
                || other.version() > write.version() && write.seemsToHaveSeen(other));
    }

    private static boolean isGone(Operation write, List<Operation> writes, List<Operation> deletes) {
        boolean counts = deletes.stream().allMatch(write::hasSeen);
        return !counts || writes.stream().anyMatch(other -> !other.deletes() && other.version() > write.version() && deletes.stream().allMatch(other::hasSeen));
    }

    private void mustBeTold(int key, Operation write) {
        for (Region region : world.regions) {
            if (!history.tells(region.number, CounterRows.SHAPE, key, write.version())) {
                throw new Broken("key " + key + " of " + CounterRows.SHAPE.id() + ": of the " + write.change().kind().name().toLowerCase(java.util.Locale.ROOT)
                        + " " + Versions.text(write.version()) + " something is gone, nobody had seen it, and the history of region " + region.name
                        + " does not tell of it");
            }
        }
    }
}
