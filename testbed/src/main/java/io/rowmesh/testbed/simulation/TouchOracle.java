package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.RowChange;

import java.util.List;

/**
 * A touch that found no row is shipped as a delete only if no write of its key stands in the log between the withheld one and the touch: the
 * delete would take what the touch did not see. Regions that agree on that loss look equal, so it is asked of the logs.
 */
final class TouchOracle {

    private TouchOracle() {
    }

    /** @throws Broken when one is shipped all the same */
    static void check(World world) {
        for (Region region : world.regions) {
            for (DbTransaction touch : region.database.log) {
                if (touch.touch != null && touch.touch.gone && !touch.touch.key.isWholeTable() && touch.shipped != null && !touch.shipped.isEmpty()) {
                    check(region, touch);
                }
            }
        }
    }

    private static void check(Region region, DbTransaction touch) {
        List<DbTransaction> between = region.database.log.subList((int) touch.touch.after, touch.position - 1);
        for (DbTransaction each : between) {
            if (each.local && each.touch == null && each.changes.stream().anyMatch(change -> writes(change, touch))) {
                throw new Broken(region.name + " ships a touch as the delete of " + touch.touch.key + ", although there is " + World.text(each)
                        + " between");
            }
        }
    }

    private static boolean writes(RowChange change, DbTransaction touch) {
        return change.kind() != RowChange.Kind.TRUNCATE && change.table().id().equals(touch.touch.key.table())
                && World.slot(change) == World.slot(touch.touch.key.key());
    }
}
