package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;

import java.util.List;
import java.util.Objects;

/**
 * Where clocks step: what a region's users wrote last of a key, and did not delete, is there at the end unless another region's users wrote
 * the key as well. Regions that agree on its loss look equal, so it is asked of the logs. A write of another region counts as
 * competing when it was not applied there before the local one, and a delete also when its version is not below the local one's: no
 * region can tell it from a later one. Under unique: newest-wins every write of the table that another region's users made competes
 * that is not both seen and older: it may have hidden the row, or been hidden itself. Of keys whose state is kept a region tells its users' writes apart by their timestamps, so
 * of two in one microsecond, which takes a clock that stands still, nothing is asked.
 */
final class LocalWriteOracle {

    private final World world;
    private final int number;
    private final List<Operation> shipped;

    LocalWriteOracle(World world, int number) {
        this.world = world;
        this.number = number;
        this.shipped = Operation.of(world, world.shapes.get(number));
    }

    /** @throws Broken when one is lost */
    void check() {
        for (Region region : world.regions) {
            for (int key = 0; key < region.database.tables[number].slots.length; key++) {
                check(region, key);
            }
        }
    }

    private void check(Region region, int key) {
        List<DbTransaction> log = region.database.log;
        for (int place = log.size() - 1; place >= 0; place--) {
            DbTransaction written = log.get(place);
            RowChange last = written.local && written.touch == null ? last(written, key) : null;
            if (last != null) {
                if (!last.kind().removes() && isAlone(region, written, key) && !isTakenForAnother(region, written, key)) {
                    mustStand(region, key, written, last);
                }
                return;
            }
        }
    }

    private RowChange last(DbTransaction written, int key) {
        RowChange last = null;
        for (RowChange change : written.changes) {
            last = change.table() == world.shapes.get(number) && World.touches(change, key) ? change : last;
        }
        return last;
    }

    private boolean isAlone(Region region, DbTransaction written, int key) {
        long[] seen = new long[world.regions.length];
        for (DbTransaction before : region.database.log.subList(0, written.position - 1)) {
            if (!before.local) {
                seen[before.origin] = Math.max(seen[before.origin], before.sequence);
            }
        }
        boolean unique = world.shapes.get(number) == UniqueRows.SHAPE;
        long version = Versions.of(written.micros, region.number);
        return shipped.stream().filter(other -> other.region() != region.number && (unique || other.touches(key))).allMatch(other ->
                seen[other.region()] >= other.sequence() && (other.version() < version || !unique && !other.deletes()));
    }

    private boolean isTakenForAnother(Region region, DbTransaction written, int key) {
        boolean keepsStates = world.shapes.get(number) == WideRows.SHAPE || SiblingRows.is(world.shapes.get(number));
        return keepsStates && region.database.log.stream().anyMatch(
                other -> other != written && other.local && other.micros == written.micros && last(other, key) != null);
    }

    private void mustStand(Region region, int key, DbTransaction written, RowChange last) {
        Table table = region.database.tables[number];
        Tuple row = region.database.committed(table.slots[key]);
        Tuple stands = row == null ? region.database.committed(table.hidden[key]) : row;
        if (stands == null || isWhole(table.shape) && !Objects.equals(stands.value, table.text(RowChange.keyImage(last)))) {
            throw new Broken("key " + key + " of " + table.shape.id() + " is " + (stands == null ? "gone" : stands.value) + " in region "
                    + region.name + ", whose last write of it was " + World.text(written) + ", and nobody else's came after it");
        }
    }

    /** Whether what stands is one write's row, and not made of several. */
    private static boolean isWhole(TableShape shape) {
        return shape != CounterRows.SHAPE && shape != WideRows.SHAPE;
    }
}
