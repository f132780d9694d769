package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.RowChange;

import java.util.List;

/**
 * What must stand at the end, whatever the order in which things happened: of all writes of a key, in all regions, the one
 * with the greatest version; among one region's equal timestamps the later in its log. Shares no code with the rules.
 */
final class Oracle {

    private final World world;

    Oracle(World world) {
        this.world = world;
    }

    /** @throws Broken when a region holds anything else */
    void check() {
        TouchOracle.check(world);
        for (Region region : world.regions) {
            if (region.reader != null) {
                region.reader.check();
            }
        }
        CounterOracle counters = new CounterOracle(world);
        HistoryOracle history = new HistoryOracle(world);
        for (int number = 0; number < world.shapes.size(); number++) {
            if (world.shapes.get(number) == UniqueRows.SHAPE) {
                new UniqueOracle(world, number).check();
                history.check(number);
                checkLocalWrites(number);
                continue;
            }
            int keys = world.regions[0].database.tables[number].slots.length;
            for (int key = 0; key < keys; key++) {
                if (world.shapes.get(number) == CounterRows.SHAPE) {
                    counters.check(key);
                    if (!world.clocksStep()) {
                        new CounterHistoryOracle(world, history).check(key);
                    }
                } else if (SiblingRows.is(world.shapes.get(number))) {
                    new SiblingOracle(world, world.shapes.get(number)).check(key);
                    if (!world.clocksStep()) {
                        new SiblingHistoryOracle(world, world.shapes.get(number), history).check(key);
                    }
                } else if (world.shapes.get(number) == WideRows.SHAPE) {
                    new ColumnOracle(world, number).check(key);
                    if (world.clocksStep()) {
                        new ColumnOracle(world, number).checkWithheld(key);
                    } else {
                        new ColumnHistoryOracle(world, history).check(key);
                    }
                } else if (number > 0 || !withheldHeartbeat(world.regions[key])) {
                    check(number, key);
                }
            }
            history.check(number);
            checkLocalWrites(number);
        }
        new FalseAlarmOracle(world).check();
    }

    private void checkLocalWrites(int number) {
        if (world.clocksStep() && number > 0) {
            new LocalWriteOracle(world, number).check();
        }
    }

    /** One that is not shipped is not touched: the next one follows, but at the end there is none. */
    private boolean withheldHeartbeat(Region region) {
        return world.clocksStep() && region.database.log.stream().anyMatch(
                written -> written.local && written.shipped == null && !written.changes.isEmpty()
                        && written.changes.get(0).table() == Table.HEARTBEAT);
    }

    private void check(int number, int key) {
        long best = 0;
        String value = null;
        for (Region region : world.regions) {
            for (DbTransaction written : region.database.log) {
                for (RowChange change : world.shipped(written)) {
                    if (change.table() == world.shapes.get(number) && World.touches(change, key)
                            && Versions.of(written.micros, region.number) >= best) {
                        best = Versions.of(written.micros, region.number);
                        value = deletes(change) ? null : RowChange.keyImage(change).get(1);
                    }
                }
            }
        }
        for (Region region : world.regions) {
            Tuple row = region.database.committed(region.database.tables[number].slots[key]);
            String found = row == null ? null : row.value + " " + Versions.text(Versions.of(row));
            String expected = value == null ? null : value + " " + Versions.text(best);
            if (!java.util.Objects.equals(found, expected)) {
                throw new Broken("key " + key + " of " + world.shapes.get(number).id() + " is " + found + " in region " + region.name
                        + ", and should be " + (expected == null ? "deleted at " + Versions.text(best) : expected));
            }
        }
    }

    private static boolean deletes(RowChange change) {
        return change.kind() == RowChange.Kind.DELETE || change.kind() == RowChange.Kind.TRUNCATE;
    }
}
