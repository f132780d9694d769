package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether all that the conflict histories list were conflicts (docs/decisions/0006-conflict-history.md): each record names two writes
 * of its key that were made, and neither had seen the other. What a write had seen is what stands before it in its region's log.
 * Shares no code with what names conflicts.
 */
final class FalseAlarmOracle {

    private final World world;
    private final Map<TableId, List<Operation>> writes = new HashMap<>();

    FalseAlarmOracle(World world) {
        this.world = world;
        for (TableShape shape : world.shapes) {
            writes.put(shape.id(), Operation.of(world, shape));
        }
    }

    /** Not where clocks are set, as a withheld write is another one in the end. @throws Broken when something was no conflict */
    void check() {
        for (Region region : world.clocksStep() ? new Region[0] : world.regions) {
            for (DbTransaction each : region.database.log) {
                each.conflicts.forEach(conflict -> check(region, each, conflict));
            }
        }
    }

    /** A record of a change that met nothing names one write only. */
    private void check(Region region, DbTransaction told, ConflictRecord conflict) {
        if (conflict.stored() == null || conflict.stored().version() == null || conflict.incoming() == null) {
            return;
        }
        List<Operation> ofKey = writes.get(conflict.table()).stream().filter(op -> op.touches(World.slot(conflict.key()))).toList();
        Version version = conflict.stored().version();
        long stood = Versions.of(version.commitMicros(), World.number(version.origin()));
        List<Operation> stored = ofKey.stream().filter(op -> op.version() == stood).toList();
        long came = Versions.of(conflict.incoming().version().commitMicros(), World.number(conflict.incoming().version().origin()));
        List<Operation> incoming = ofKey.stream().filter(op -> op.version() == came || op.region() == Versions.origin(came)
                && op.sequence() == conflict.incoming().sequence()).toList();
        if (stored.stream().noneMatch(one -> incoming.stream().anyMatch(other -> conflict(one, other) || mayTakeForUnseen(region, told, one, other)
                || hidden(region, conflict, one, other)))) {
            throw new Broken("the history of region " + region.name + " tells of a " + conflict.type().label() + " of "
                    + conflict.incoming().version() + " with " + version + " at " + conflict.key() + " of " + conflict.table() + ": "
                    + (stored.isEmpty() || incoming.isEmpty() ? "one of them was never written" : "one of them had seen the other"));
        }
    }

    /**
     * Where nothing waits for what it had seen, a change can come after one that had seen it. The node tells the two from a conflict
     * by what it has heard since it started, and by timestamps, as far as they are in the order of the log.
     */
    private boolean mayTakeForUnseen(Region region, DbTransaction told, Operation stored, Operation incoming) {
        return stored.version() > incoming.version() && stored.hasSeen(incoming) && stored.region() != region.number
                && (region.restartedBetween(region.appliedOf(stored), told) || !isInOrder(stored));
    }

    /** A row that was hidden where a user deleted its key counts as unseen by that delete, though it had been applied before. */
    private static boolean hidden(Region region, ConflictRecord conflict, Operation stored, Operation incoming) {
        return conflict.table().equals(UniqueRows.SHAPE.id()) && incoming.deletes() && incoming.region() == region.number
                && stored.region() != region.number && stored.version() < incoming.version();
    }

    /** Whether what stands before a write in its region's log has lower timestamps. */
    private boolean isInOrder(Operation write) {
        return world.regions[write.region()].database.log.stream()
                .noneMatch(each -> each.local && each.position < write.place() / 1_000L && each.micros >= Versions.micros(write.version()));
    }

    /** Writes of one microsecond and region cannot be told apart by their versions: one of them is enough. */
    private static boolean conflict(Operation one, Operation other) {
        boolean inOrder = one.version() < other.version() || one.version() == other.version() && one.place() < other.place();
        return inOrder ? conflictInOrder(one, other) : conflictInOrder(other, one);
    }

    /** An older write that stands behind a newer one in the log was long on its way there: its session had not seen the newer one. */
    private static boolean conflictInOrder(Operation older, Operation newer) {
        return !newer.hasSeen(older) && older.region() != newer.region();
    }
}
