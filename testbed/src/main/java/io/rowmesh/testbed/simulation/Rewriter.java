package io.rowmesh.testbed.simulation;

import java.sql.SQLException;

/**
 * Rewrites the tables of a region now and then, as some forms of ALTER TABLE do: every row has the xmin of the rewrite then. What the
 * event trigger of production keeps of them is the writer of each.
 */
final class Rewriter implements Actor {

    private static final int SHARE = 20;

    private final World world;
    private final Database database;
    private int left;
    private DbTransaction open;
    private int life;

    Rewriter(Region region, int times) {
        this.world = region.world;
        this.database = region.database;
        this.left = times;
    }

    @Override
    public boolean step() {
        if (open != null) {
            return proceed();
        }
        if (world.healed || left == 0 || !world.choices.perMille(SHARE)) {
            return false;
        }
        left--;
        life = database.life;
        open = database.begin(database.region, false);
        open.durable = true;
        return true;
    }

    private boolean proceed() {
        if (life != database.life) {
            open = null;
            return true;
        }
        try {
            if (open.state == DbTransaction.State.ACTIVE) {
                Table table = database.tables[1];
                database.exclude(table, open);
                rewrite(table);
                database.append(open);
                return true;
            }
            database.makeVisible(open);
        } catch (Blocked e) {
            return false;
        } catch (SQLException e) {
            database.abort(open);
        }
        open = null;
        return true;
    }

    private void rewrite(Table table) {
        for (int slot = 0; slot < table.slots.length; slot++) {
            Tuple row = database.committed(table.slots[slot]);
            if (row != null) {
                database.update(table.slots, slot, row, open, row.value);
                Tuple written = table.slots[slot];
                written.rewritten = world.planted == Fault.REWRITE_NOT_NOTICED ? null : row.writer();
                written.forgotten = row.forgotten || world.planted == Fault.REWRITTEN_FORGOTTEN_AT_ONCE;
                written.recorded = database.nextRecorded();
            }
        }
    }

    @Override
    public boolean isQuiet() {
        return open == null;
    }
}
