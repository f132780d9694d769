package io.rowmesh.testbed.simulation;

import io.rowmesh.rules.SeenMatrix;
import io.rowmesh.schema.Seen;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Drops tombstones in the rounds of production's collector, by the same decision ({@link SeenMatrix}). */
final class Collector implements Actor {

    private final Region region;
    private final World world;
    private final Database database;

    // The round under way.
    private long newest;
    private List<DbTransaction> running;
    private int until;

    Collector(Region region) {
        this.region = region;
        this.world = region.world;
        this.database = region.database;
    }

    @Override
    public boolean step() {
        if (!region.up || !world.choices.perMille(world.profile.collect())) {
            return false;
        }
        if (newest == 0) {
            newest = newestTombstone();
            running = new ArrayList<>(database.open);
            return false;
        }
        if (until == 0) {
            running.removeIf(each -> !each.inProgress());
            until = running.isEmpty() ? database.log.size() : 0;
            return false;
        }
        ShippedLog.Entry last = region.log.last();
        if (last == null || last.header().sourcePosition() < until && world.planted != Fault.TOMBSTONES_DROPPED_BEFORE_CAPTURE) {
            return false;
        }
        drop();
        stop();
        return true;
    }

    private long newestTombstone() {
        long greatest = 0;
        for (Table table : database.tables) {
            for (Tuple each : table.tombstones) {
                Tuple tombstone = database.committed(each);
                greatest = tombstone == null ? greatest : Math.max(greatest, tombstone.recorded);
            }
            for (Tuple each : table.slots) {
                Tuple row = database.committed(each);
                greatest = row == null || row.rewritten == null || row.forgotten ? greatest : Math.max(greatest, row.recorded);
            }
            greatest = table.beside == null ? greatest : database.recorded();
        }
        return greatest;
    }

    private void drop() {
        Seen seen = planted() ? null : new SeenMatrix(region.name, region.options.regions(), appliedHere(), heard()).seenByAll();
        DbTransaction own = database.begin(region.number, false);
        own.durable = true;
        try {
            for (Table table : database.tables) {
                for (int slot = 0; slot < table.tombstones.length; slot++) {
                    drop(table.tombstones[slot], own, seen);
                }
                forgetRewritten(table, seen);
                if (table.beside != null) {
                    dropBeside(table.beside, own, seen);
                }
            }
            database.append(own);
            database.makeVisible(own);
        } catch (Blocked | SQLException e) {
            database.abort(own);
        }
    }

    private void forgetRewritten(Table table, Seen seen) {
        for (Tuple each : table.slots) {
            Tuple row = database.committed(each);
            if (row != null && row.rewritten != null && row.recorded <= newest && !planted()) {
                long sequence = row.rewritten.local ? region.log.synced() : row.rewritten.sequence;
                row.forgotten |= seen.includes(World.NAMES[row.rewritten.origin], 1, sequence);
            }
        }
    }

    private void dropBeside(KeyDeletes beside, DbTransaction own, Seen seen) throws SQLException {
        for (Tuple[] byOrigin : beside.deletes) {
            for (Tuple delete : byOrigin) {
                drop(delete, own, seen);
            }
        }
        for (Tuple newest : beside.versions) {
            Tuple version = database.committed(newest);
            if (version != null && version.recorded <= this.newest && version.sequence == 0 && version.origin == region.number) {
                // A local write, which the capture has passed.
                version.sequence = region.log.synced();
            }
            drop(newest, own, seen);
        }
    }

    private void drop(Tuple chain, DbTransaction own, Seen seen) throws SQLException {
        Tuple tombstone = database.committed(chain);
        if (tombstone == null || tombstone.recorded > newest || !mayGo(tombstone, seen)) {
            return;
        }
        Tuple locked = database.locked(tombstone, own);
        if (locked == tombstone) {
            database.delete(locked, own);
            if (world.trace != null) {
                world.trace(region.name + " drops tombstone " + Versions.text(Versions.ofTombstone(tombstone)));
            }
        }
    }

    /** @param acknowledged instead, what every region has acknowledged */
    Seen settledEverywhere(boolean acknowledged) {
        if (!acknowledged) {
            SeenMatrix matrix = new SeenMatrix(region.name, region.options.regions(), appliedHere(), heard());
            return world.planted == Fault.STATES_DROPPED_BEFORE_ORIGINS_CAPTURE ? matrix.seenByAll() : matrix.settledEverywhere();
        }
        Seen all = Seen.NONE;
        for (Region of : world.regions) {
            long least = Long.MAX_VALUE;
            for (Region each : world.regions) {
                least = each == of ? least : Math.min(least, each.database.progress.sequence(of.number));
            }
            all = least == 0 ? all : all.with(of.name, 1, least);
        }
        return all;
    }

    private boolean planted() {
        return world.planted == Fault.TOMBSTONES_DROPPED_WHEN_ACKNOWLEDGED || world.planted == Fault.COUNTER_DELETES_DROPPED_WHEN_ACKNOWLEDGED;
    }

    private boolean mayGo(Tuple tombstone, Seen seen) {
        if (!planted()) {
            return seen.includes(World.NAMES[tombstone.origin], 1, tombstone.sequence);
        }
        for (Region each : world.regions) {
            boolean has = each.number == tombstone.origin
                    || each.database.progress.sequence(tombstone.origin) >= tombstone.sequence;
            if (!has) {
                return false;
            }
        }
        return true;
    }

    /** What is applied here, as everybody sees it. */
    Seen appliedHere() {
        Seen applied = Seen.NONE;
        for (int i = 0; i < world.regions.length; i++) {
            long sequence = database.progress.sequence(i);
            applied = sequence == 0 ? applied : applied.with(World.NAMES[i], 1, sequence);
        }
        return applied;
    }

    private Map<String, Seen> heard() {
        Map<String, Seen> heard = new HashMap<>();
        for (int i = 0; i < world.regions.length; i++) {
            String text = i == region.number ? null : heartbeat(i);
            if (text != null) {
                heard.put(World.NAMES[i], HeartbeatText.seen(text));
            }
        }
        return heard;
    }

    private String heartbeat(int of) {
        Table table = database.tables[0];
        Tuple row = database.committed(table.slots[of]);
        return row == null ? null : row.value;
    }

    void stop() {
        newest = 0;
        until = 0;
        running = null;
    }

    @Override
    public boolean isQuiet() {
        return true;
    }
}
