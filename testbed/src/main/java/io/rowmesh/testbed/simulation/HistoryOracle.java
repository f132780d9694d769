package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must stand in the conflict histories at the end (docs/decisions/0006-conflict-history.md): every write that nobody who wrote
 * its key had seen, and that is gone. What a write had seen is told as names are given, by timestamps. Shares no code with the rules.
 */
final class HistoryOracle {

    private final World world;
    /** By region: the versions that its history tells of, by table and key. */
    private final List<Map<String, Set<Long>>> told = new ArrayList<>();

    /**
     * What one transaction did to one key.
     *
     * @param seen    by region the greatest timestamp that it had seen of it
     * @param deleted whether it deleted the key, whatever it did afterwards
     */
    private record Write(int region, int place, long version, long[] seen, RowChange last, boolean deleted) {

        boolean hasSeen(Write other) {
            return other.region == region ? other.place < place : seen[other.region] >= Versions.micros(other.version);
        }

        boolean deletes() {
            return last.kind() == RowChange.Kind.DELETE || last.kind() == RowChange.Kind.TRUNCATE;
        }

        boolean newer(Write other) {
            return version > other.version || version == other.version && place > other.place;
        }
    }

    HistoryOracle(World world) {
        this.world = world;
        for (Region region : world.regions) {
            Map<String, Set<Long>> of = new HashMap<>();
            region.database.log.forEach(each -> each.conflicts.forEach(conflict -> gather(of, conflict)));
            told.add(of);
        }
    }

    private static void gather(Map<String, Set<Long>> told, ConflictRecord conflict) {
        Set<Long> versions = told.computeIfAbsent(conflict.table() + conflict.key(), key -> new HashSet<>(4));
        add(versions, conflict.stored() == null ? null : conflict.stored().version());
        add(versions, conflict.incoming() == null ? null : conflict.incoming().version());
    }

    private static void add(Set<Long> versions, Version version) {
        if (version != null) {
            versions.add(Versions.of(version.commitMicros(), World.number(version.origin())));
        }
    }

    /**
     * Of tables under last-write-wins; not where clocks are set, as a withheld write is another one in the end.
     *
     * @throws Broken when something is not told
     */
    void check(int number) {
        TableShape shape = world.shapes.get(number);
        TableRules rules = world.regions[0].options.rules().apply(shape.id());
        if (shape == Table.HEARTBEAT || world.clocksStep() || rules.row() != RowRule.LAST_WRITE_WINS || rules.counts()) {
            return;
        }
        List<List<Write>> writes = writes(shape, world.regions[0].database.tables[number].slots.length);
        for (int key = 0; key < writes.size(); key++) {
            for (Write each : writes.get(key)) {
                check(shape, key, each, writes.get(key));
            }
        }
    }

    /** Whether a region's history has a conflict of a key in which a version took part. */
    boolean tells(int region, TableShape shape, int key, long version) {
        return told.get(region).getOrDefault(shape.id() + World.ROW_KEYS[key], Set.of()).contains(version);
    }

    private List<List<Write>> writes(TableShape shape, int keys) {
        List<List<Write>> writes = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            writes.add(new ArrayList<>());
        }
        for (Region region : world.regions) {
            gather(region, shape, writes);
        }
        return writes;
    }

    private void gather(Region region, TableShape shape, List<List<Write>> writes) {
        long[] seen = new long[world.regions.length];
        for (DbTransaction each : region.database.log) {
            if (!each.local) {
                seen[each.origin] = each.sequence > 0 ? Math.max(seen[each.origin], each.micros) : seen[each.origin];
                continue;
            }
            RowChange[] last = new RowChange[writes.size()];
            boolean[] deleted = new boolean[last.length];
            for (RowChange change : each.changes) {
                if (change.table() == shape) {
                    boolean all = change.kind() == RowChange.Kind.TRUNCATE;
                    for (int key = all ? 0 : World.slot(change); key < (all ? last.length : World.slot(change) + 1); key++) {
                        last[key] = change;
                        deleted[key] |= all || change.kind() == RowChange.Kind.DELETE;
                    }
                }
            }
            for (int key = 0; key < last.length; key++) {
                if (last[key] != null) {
                    writes.get(key).add(new Write(region.number, each.position, Versions.of(each.micros, region.number), seen.clone(), last[key], deleted[key]));
                }
            }
        }
    }

    private void check(TableShape shape, int key, Write write, List<Write> all) {
        if (all.stream().noneMatch(other -> other.newer(write)) || all.stream().anyMatch(other -> other.hasSeen(write))
                || write.deletes() && all.stream().anyMatch(other -> other.newer(write) && other.deleted)) {
            return;
        }
        for (Region region : world.regions) {
            // A delete that meets a hidden row which it had seen tells nothing of an insert of the key under way.
            boolean everywhere = !write.deletes() || shape != UniqueRows.SHAPE;
            boolean expected = region.number == write.region
                    || everywhere && all.stream().noneMatch(other -> other.newer(write) && write.hasSeen(other));
            if (expected && !mayMissIt(region, write, all)) {
                mustBeTold(region, shape, key, write);
            }
        }
    }

    /** A truncate does not lock users of MySQL out: it cannot tell of a row that comes behind its look, and stays as it is newer. */
    private static boolean mayMissIt(Region region, Write write, List<Write> all) {
        return region.reader != null && region.number != write.region && write.last.kind() == RowChange.Kind.TRUNCATE
                && all.stream().anyMatch(other -> other.region == region.number && other.newer(write));
    }

    private void mustBeTold(Region region, TableShape shape, int key, Write write) {
        if (!tells(region.number, shape, key, write.version)) {
            throw new Broken("key " + key + " of " + shape.id() + ": the " + write.last.kind().name().toLowerCase(java.util.Locale.ROOT) + " "
                    + Versions.text(write.version) + " is gone, nobody had seen it, and the history of region " + region.name
                    + " does not tell of it");
        }
    }
}
