package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.sql.SQLException;

/** Writes a region's heartbeat row: an ordinary local write that tells what was applied here. */
final class Heartbeats implements Actor {

    private final Region region;
    private final World world;
    private final Database database;
    private int left;
    private DbTransaction open;

    Heartbeats(Region region, int beats) {
        this.region = region;
        this.world = region.world;
        this.database = region.database;
        this.left = beats;
    }

    @Override
    public boolean step() {
        if (open != null && !open.inProgress()) {
            open = null;
        }
        try {
            if (open != null) {
                return commit();
            }
            return left > 0 && region.up && world.choices.perMille(world.profile.haste() / 2) && beat();
        } catch (Blocked e) {
            return false;
        } catch (SQLException e) {
            throw new Broken("a heartbeat failed: " + e.getMessage());
        }
    }

    private boolean beat() throws SQLException {
        left--;
        open = database.begin(region.number, true);
        Table table = database.tables[0];
        database.share(table, open);
        String text = HeartbeatText.of(database, world.regions.length, region.capture.settled());
        Tuple live = database.mySql ? database.liveToUpdate(table.slots[region.number], open) : database.live(table.slots[region.number], open);
        Row row = new Row(World.KEYS[region.number], text);
        if (live == null) {
            database.insert(table.slots, region.number, open, text);
            open.changes.add(new RowChange.Insert(table.shape, row));
        } else {
            database.update(table.slots, region.number, live, open, text);
            open.changes.add(new RowChange.Update(table.shape, null, row));
        }
        return true;
    }

    private boolean commit() {
        if (world.now < open.pausedUntil) {
            return false;
        }
        if (open.state == DbTransaction.State.ACTIVE) {
            open.durable = true;
            database.append(open);
            if (world.pauses(open)) {
                return true;
            }
        }
        database.makeVisible(open);
        open = null;
        return true;
    }

    void more(int beats) {
        left += beats;
    }

    @Override
    public boolean isQuiet() {
        return open == null && left == 0;
    }
}
