package io.rowmesh.testbed.simulation;

import io.rowmesh.rules.credible.TouchStart;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Touches a region's pending keys, one transaction for each, as production's toucher does: a local session of the node. */
final class Toucher implements Actor {

    private final Region region;
    private final World world;
    private final Database database;
    /** Begun and not yet captured. */
    private final Set<WrittenKey> underWay = new HashSet<>();
    private DbTransaction open;
    private WrittenKey key;
    private boolean written;
    private int life;

    Toucher(Region region) {
        this.region = region;
        this.world = region.world;
        this.database = region.database;
    }

    @Override
    public boolean step() {
        if (!region.up) {
            return false;
        }
        if (open != null && !open.inProgress()) {
            // The database crashed.
            open = null;
            underWay.remove(key);
        }
        if (life != database.life) {
            // What was committed and is lost will not be captured.
            life = database.life;
            underWay.clear();
        }
        try {
            if (open == null) {
                return begin();
            }
            open.waitsFor = null;
            return written ? commit() : write();
        } catch (Blocked e) {
            return false;
        } catch (SQLException e) {
            database.abort(open);
            open = null;
            underWay.remove(key);
            return true;
        }
    }

    private boolean begin() {
        for (Map.Entry<WrittenKey, Pending> each : region.pendingTable.entrySet()) {
            if (!underWay.contains(each.getKey()) && mayBegin(each.getValue()) && !isHidden(each.getKey())) {
                if (world.planted == Fault.TOUCH_OF_UNCHANGED_ROW_ONLY && !isUnchanged(each)) {
                    region.settled(Set.of(each.getKey()));
                    return true;
                }
                key = each.getKey();
                open = database.begin(region.number, true);
                open.touch = new DbTransaction.Touch(key, each.getValue().position());
                underWay.add(key);
                written = false;
                return true;
            }
        }
        return false;
    }

    private boolean mayBegin(Pending pending) {
        boolean visible = pending.writer().visibleAt > 0 || world.planted == Fault.TOUCH_BEFORE_VISIBLE;
        long newest = world.planted == Fault.TOUCH_WHATEVER_ITS_TIMESTAMP ? Long.MIN_VALUE : region.versions.newest();
        return TouchStart.may(visible, database.clock(), newest, region.latestCredible());
    }

    private boolean isHidden(WrittenKey each) {
        return !each.isWholeTable() && database.committed(database.table(each.table()).hidden[World.slot(each.key())]) != null;
    }

    private boolean isUnchanged(Map.Entry<WrittenKey, Pending> each) {
        Tuple row = each.getKey().isWholeTable() ? null
                : database.committed(database.table(each.getKey().table()).slots[World.slot(each.getKey().key())]);
        return row != null && row.xmin == each.getValue().writer();
    }

    private boolean write() throws SQLException {
        Table table = database.table(key.table());
        if (key.isWholeTable()) {
            if (world.planted == Fault.TOUCHED_TABLE_NOT_LOCKED) {
                database.share(table, open);
            } else {
                database.exclude(table, open);
            }
            open.touch.gone = true;
            for (int slot = 0; slot < table.slots.length; slot++) {
                restate(table, slot);
            }
        } else {
            database.share(table, open);
            open.touch.gone = !restate(table, World.slot(key.key()));
            if (open.touch.gone && isHidden(key)) {
                throw new SQLException("the row is hidden now", "40001");
            }
        }
        written = true;
        return true;
    }

    /** An update that changes nothing, or what says the same in the log of MySQL, which knows of no such update; false when there is no row. */
    private boolean restate(Table table, int slot) throws SQLException {
        Tuple found = database.mySql ? null : Database.seen(table.slots[slot], open, database.snapshot());
        Tuple live = database.mySql ? database.held(table.slots[slot], open) : found == null ? null : database.locked(found, open);
        if (live == null) {
            return false;
        }
        database.update(table.slots, slot, live, open, live.value);
        Row row = table.row(slot, live.value);
        boolean deciding = region.options.rules().apply(table.shape.id()).deciding();
        open.changes.add(new RowChange.Update(table.shape, deciding ? row : null, row));
        return true;
    }

    private boolean commit() {
        if (world.now < open.pausedUntil) {
            return false;
        }
        if (open.state == DbTransaction.State.ACTIVE) {
            open.wrote = true;
            open.durable = true;
            database.append(open);
            if (world.pauses(open)) {
                return true;
            }
        }
        database.makeVisible(open);
        if (world.trace != null) {
            world.trace(region.name + " touches " + World.text(open) + (open.touch.gone ? " gone" : ""));
        }
        open = null;
        return true;
    }

    void captured(WrittenKey touched) {
        underWay.remove(touched);
    }

    /** With the whole node. */
    void stop() {
        if (open != null) {
            database.leave(open);
        }
        open = null;
        underWay.clear();
    }

    @Override
    public boolean isQuiet() {
        return open == null && region.pendingTable.isEmpty();
    }
}
