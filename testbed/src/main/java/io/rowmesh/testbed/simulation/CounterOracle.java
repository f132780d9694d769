package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What must stand at the end of a table with counters: of all inserts and updates of a key, in all regions, those that had seen
 * every delete of it, added up, and the columns without a rule as the newest of them has them. What a transaction had seen is
 * read from the logs of the databases: what stands before it there. Shares no code with the rules.
 */
final class CounterOracle {

    private final World world;
    private final List<Op> all = new ArrayList<>();

    /** @param place its place in its region's log, then in its transaction. @param seen by region the last sequence before it */
    private record Op(int region, long place, long sequence, long version, long[] seen, RowChange change) {

        boolean hasSeen(Op other) {
            return other.region == region ? other.place < place : seen[other.region] >= other.sequence;
        }

        boolean deletes() {
            return change.kind() == RowChange.Kind.DELETE || change.kind() == RowChange.Kind.TRUNCATE;
        }

        boolean touches(int key) {
            return change.kind() == RowChange.Kind.TRUNCATE || World.slot(change) == key;
        }
    }

    CounterOracle(World world) {
        this.world = world;
        for (Region region : world.regions) {
            gather(region);
        }
    }

    private void gather(Region region) {
        Map<Long, Long> sequences = new HashMap<>();
        for (long sequence = 1; sequence <= region.log.appended(); sequence++) {
            sequences.put(region.log.entry(sequence).header().sourcePosition(), sequence);
        }
        long[] seen = new long[world.regions.length];
        for (DbTransaction each : region.database.log) {
            if (!each.local) {
                seen[each.origin] = Math.max(seen[each.origin], each.sequence);
                continue;
            }
            long[] before = seen.clone();
            for (int i = 0; i < each.changes.size(); i++) {
                if (each.changes.get(i).table() == CounterRows.SHAPE) {
                    all.add(new Op(region.number, each.position * 1_000L + i, sequences.get((long) each.position),
                            Versions.of(each.micros, region.number), before, each.changes.get(i)));
                }
            }
        }
    }

    /** @throws Broken when a region holds anything else */
    void check(int key) {
        List<Op> deletes = all.stream().filter(op -> op.deletes() && op.touches(key)).toList();
        List<Op> counting = all.stream().filter(op -> !op.deletes() && op.touches(key) && deletes.stream().allMatch(op::hasSeen)).toList();
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

    private static Row merged(int key, List<Op> counting) {
        int n = 0;
        int hi = Integer.MIN_VALUE;
        int lo = Integer.MAX_VALUE;
        String tags = null;
        Op newest = counting.get(0);
        for (Op op : counting) {
            Row after = RowChange.keyImage(op.change);
            Row before = op.change instanceof RowChange.Update update ? update.before() : null;
            n += Integer.parseInt(after.get(1)) - (before == null ? 0 : Integer.parseInt(before.get(1)));
            hi = Math.max(hi, Integer.parseInt(after.get(2)));
            lo = Math.min(lo, Integer.parseInt(after.get(3)));
            tags = tags == null ? after.get(4) : CounterRows.union(tags, after.get(4));
            boolean newer = op.version > newest.version || op.version == newest.version && op.place >= newest.place;
            newest = newer ? op : newest;
        }
        return new Row(World.KEYS[key], "" + n, "" + hi, "" + lo, tags, RowChange.keyImage(newest.change).get(5));
    }
}
