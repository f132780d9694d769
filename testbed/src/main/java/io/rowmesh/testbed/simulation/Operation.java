package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A write of a user, for oracles of rules that decide by what was seen. What a transaction had seen is read from the logs of the
 * databases: what stands before it there. What was withheld is no write; its touch is.
 *
 * @param place    its place in its region's log, then in its transaction
 * @param sequence the number with which it was shipped
 * @param seen     by region the last sequence before it
 * @param newest   by region the greatest timestamp before it
 */
record Operation(int region, long place, long sequence, long version, long[] seen, long[] newest, RowChange change) {

    boolean hasSeen(Operation other) {
        return other.region == region ? other.place < place : seen[other.region] >= other.sequence;
    }

    /** As conflicts are named where only timestamps are known: of two commits that are not in the order of their log the later one counts as seen. */
    boolean seemsToHaveSeen(Operation other) {
        return other.region == region ? other.place < place : newest[other.region] >= Versions.micros(other.version);
    }

    boolean deletes() {
        return change.kind() == RowChange.Kind.DELETE || change.kind() == RowChange.Kind.TRUNCATE;
    }

    boolean touches(int key) {
        return World.touches(change, key);
    }

    /** All writes of a table, in all regions. */
    static List<Operation> of(World world, TableShape table) {
        List<Operation> all = new ArrayList<>();
        for (Region region : world.regions) {
            gather(region, table, all);
        }
        return all;
    }

    private static void gather(Region region, TableShape table, List<Operation> into) {
        Map<Long, Long> sequences = new HashMap<>();
        for (long sequence = 1; sequence <= region.log.appended(); sequence++) {
            sequences.put(region.log.entry(sequence).header().sourcePosition(), sequence);
        }
        long[] seen = new long[region.world.regions.length];
        long[] newest = new long[seen.length];
        for (DbTransaction each : region.database.log) {
            if (!each.local) {
                seen[each.origin] = Math.max(seen[each.origin], each.sequence);
                newest[each.origin] = Math.max(newest[each.origin], each.sequence > 0 ? each.micros : 0);
                continue;
            }
            long[] before = seen.clone();
            long[] newestBefore = newest.clone();
            List<RowChange> shipped = each.shipped == null ? List.of() : each.shipped;
            for (int i = 0; i < shipped.size(); i++) {
                if (shipped.get(i).table() == table) {
                    Long sequence = sequences.get((long) each.position);
                    if (sequence == null) {
                        throw new Broken(region.name + " has not in its change log what it shipped: " + World.text(each));
                    }
                    into.add(new Operation(region.number, each.position * 1_000L + i, sequence,
                            Versions.of(each.shippedMicros(), region.number), before, newestBefore, shipped.get(i)));
                }
            }
        }
    }
}
