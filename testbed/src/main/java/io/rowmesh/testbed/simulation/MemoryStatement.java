package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.write.GroupResult;
import io.rowmesh.applier.write.MetDelete;
import io.rowmesh.applier.write.MetRow;
import io.rowmesh.schema.Version;

import java.util.ArrayList;
import java.util.List;

/** A statement under way: what it sees, how far it is, and what it has met. */
final class MemoryStatement {

    /** The transaction that it belongs to. */
    final DbTransaction own;
    final long snapshot;
    /** The next of the rows or keys that it was given. */
    int at;
    int written;
    private int met;
    private List<Integer> withoutRow = List.of();
    private List<MetDelete> deletes = List.of();
    private List<MetRow> foreign = List.of();

    MemoryStatement(DbTransaction own, long snapshot) {
        this.own = own;
        this.snapshot = snapshot;
    }

    Tuple shown(Table table, int slot) {
        return Database.seen(table.slots[slot], own, snapshot);
    }

    /** The newest of the row's tombstone and the whole table's; null when there is none. */
    Tuple tombstone(Table table, int slot) {
        Tuple ofRow = Database.seen(table.tombstones[slot], own, snapshot);
        Tuple ofTable = Database.seen(table.tombstones[table.wholeTable()], own, snapshot);
        boolean row = ofTable == null || ofRow != null && Versions.ofTombstone(ofRow) >= Versions.ofTombstone(ofTable);
        return row ? ofRow : ofTable;
    }

    void meetDelete(Tuple tombstone, boolean newer) {
        if (deletes.isEmpty()) {
            deletes = new ArrayList<>(2);
        }
        deletes.add(new MetDelete(at, new Version(tombstone.micros, World.NAMES[tombstone.origin]), newer));
    }

    /**
     * What the row was before.
     *
     * @param shown  as the snapshot shows it, null when there is none
     * @param origin whose changes are written
     */
    void meetRow(Tuple shown, int origin) {
        if (shown == null) {
            if (withoutRow.isEmpty()) {
                withoutRow = new ArrayList<>(2);
            }
            withoutRow.add(at);
            return;
        }
        met++;
        if (shown.xmin != own && shown.xmin.origin != origin) {
            if (foreign.isEmpty()) {
                foreign = new ArrayList<>(2);
            }
            foreign.add(new MetRow(at, new Version(shown.xmin.micros, World.NAMES[shown.xmin.origin]), null));
        }
    }

    GroupResult result() {
        return new GroupResult(written, met, deletes, withoutRow, foreign);
    }
}
