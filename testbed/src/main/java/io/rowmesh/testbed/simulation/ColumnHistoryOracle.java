package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the conflict history must tell of a table under column-merge, in the region where it was written: a write that nobody who
 * wrote its key had seen, of which a column was set anew by a newer one, or whose row fell to a newer delete; and such a delete over
 * which the row lives. Shares no code with the rule.
 */
final class ColumnHistoryOracle {

    private final World world;
    private final HistoryOracle history;

    /**
     * What one transaction left of one key.
     *
     * @param seen    by region the greatest timestamp that it had seen of it
     * @param set     the texts of the columns that it set; null for those that it did not
     * @param deleted whether it deleted the key, whatever it did afterwards
     */
    private record Write(int region, int place, long version, long[] seen, String[] set, boolean lives, boolean deleted) {

        boolean hasSeen(Write other) {
            return other.region == region ? other.place < place : seen[other.region] >= Versions.micros(other.version);
        }

        boolean newer(Write other) {
            return version > other.version || version == other.version && place > other.place;
        }

        boolean replaces(Write other) {
            for (int i = 0; i < set.length; i++) {
                if (set[i] != null && other.set[i] != null && !set[i].equals(other.set[i])) {
                    return true;
                }
            }
            return false;
        }
    }

    ColumnHistoryOracle(World world, HistoryOracle history) {
        this.world = world;
        this.history = history;
    }

    /** @throws Broken when something is not told */
    void check(int key) {
        List<Write> all = new ArrayList<>();
        for (Region region : world.regions) {
            gather(region, key, all);
        }
        boolean lives = all.stream().noneMatch(each -> !each.lives && all.stream().noneMatch(other -> other.newer(each)));
        for (Write each : all) {
            if (isLost(each, all, lives) && !history.tells(each.region, WideRows.SHAPE, key, each.version)) {
                throw new Broken("key " + key + " of " + WideRows.SHAPE.id() + ": of the write " + Versions.text(each.version)
                        + " something is gone, nobody had seen it, and the history of its region does not tell of it");
            }
        }
    }

    private static boolean isLost(Write write, List<Write> all, boolean lives) {
        if (isWithheld(write, all) || all.stream().anyMatch(other -> other.hasSeen(write))) {
            return false;
        }
        if (!write.lives) {
            return lives && all.stream().noneMatch(other -> other.newer(write) && other.deleted);
        }
        boolean sets = java.util.Arrays.stream(write.set).anyMatch(Objects::nonNull);
        return lives ? all.stream().anyMatch(other -> other.newer(write) && other.lives && other.replaces(write))
                && all.stream().noneMatch(other -> other.newer(write) && other.deleted)
                : sets && all.stream().anyMatch(other -> other.newer(write) && !other.lives);
    }

    /**
     * A write that has seen a newer one was long on its way to the log. It is in no conflict: a node withholds it and writes it anew
     * (convergence rule 6), which only the histories with clocks that step have.
     */
    private static boolean isWithheld(Write write, List<Write> all) {
        return all.stream().anyMatch(other -> other.newer(write) && write.hasSeen(other));
    }

    private void gather(Region region, int key, List<Write> all) {
        long[] seen = new long[world.regions.length];
        for (DbTransaction each : region.database.log) {
            if (!each.local) {
                seen[each.origin] = each.sequence > 0 ? Math.max(seen[each.origin], each.micros) : seen[each.origin];
                continue;
            }
            Write write = write(region, each, key, seen);
            if (write != null) {
                all.add(write);
            }
        }
    }

    private static Write write(Region region, DbTransaction written, int key, long[] seen) {
        String[] set = new String[2];
        boolean touched = false;
        boolean lives = false;
        boolean deleted = false;
        for (RowChange change : written.changes) {
            if (change.table() != WideRows.SHAPE || !World.touches(change, key)) {
                continue;
            }
            touched = true;
            lives = !change.kind().removes();
            deleted |= !lives;
            set = lives ? set(set, change) : new String[2];
        }
        return touched ? new Write(region.number, written.position, Versions.of(written.micros, region.number), seen.clone(), set, lives, deleted) : null;
    }

    private static String[] set(String[] before, RowChange change) {
        Row after = RowChange.keyImage(change);
        Row old = change instanceof RowChange.Update update ? update.before() : null;
        String[] set = before.clone();
        for (int i = 0; i < set.length; i++) {
            set[i] = old != null && Objects.equals(old.get(i + 1), after.get(i + 1)) ? set[i] : after.get(i + 1);
        }
        return set;
    }
}
