package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.util.List;
import java.util.Objects;

/**
 * What must stand at the end of a table with counters: of all inserts and updates of a key, in all regions, those that had seen
 * every delete of it, added up, and the columns without a rule as the newest of them has them. Shares no code with the rules.
 */
final class CounterOracle {

    private final World world;
    private final List<Operation> all;

    CounterOracle(World world) {
        this.world = world;
        this.all = Operation.of(world, CounterRows.SHAPE);
    }

    /** @throws Broken when a region holds anything else */
    void check(int key) {
        List<Operation> deletes = all.stream().filter(op -> op.deletes() && op.touches(key)).toList();
        List<Operation> counting = all.stream().filter(op -> !op.deletes() && op.touches(key) && deletes.stream().allMatch(op::hasSeen)).toList();
        String expected = counting.isEmpty() ? null : CounterRows.text(merged(key, counting));
        for (Region region : world.regions) {
            Table table = region.database.table(CounterRows.SHAPE.id());
            Tuple row = region.database.committed(table.slots[key]);
            String found = row == null ? null : row.value;
            if (!Objects.equals(found, expected)) {
                throw new Broken("key " + key + " of public.c is " + found + " in region " + region.name + ", and should be " + expected);
            }
            if (!table.beside.nothingPending()) {
                throw new Broken("a delete in region " + region.name + " is pending for ever");
            }
        }
    }

    private static Row merged(int key, List<Operation> counting) {
        int n = 0;
        int hi = Integer.MIN_VALUE;
        int lo = Integer.MAX_VALUE;
        String tags = null;
        Operation newest = counting.get(0);
        for (Operation op : counting) {
            Row after = RowChange.keyImage(op.change());
            Row before = op.change() instanceof RowChange.Update update ? update.before() : null;
            n += Integer.parseInt(after.get(1)) - (before == null ? 0 : Integer.parseInt(before.get(1)));
            hi = Math.max(hi, Integer.parseInt(after.get(2)));
            lo = Math.min(lo, Integer.parseInt(after.get(3)));
            tags = tags == null ? after.get(4) : CounterRows.union(tags, after.get(4));
            boolean newer = op.version() > newest.version() || op.version() == newest.version() && op.place() >= newest.place();
            newest = newer ? op : newest;
        }
        return new Row(World.KEYS[key], "" + n, "" + hi, "" + lo, tags, RowChange.keyImage(newest.change()).get(5));
    }
}
