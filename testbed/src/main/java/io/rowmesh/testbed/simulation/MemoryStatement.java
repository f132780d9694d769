package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.FallenRow;
import io.rowmesh.applier.write.FallenRows;
import io.rowmesh.applier.write.GroupResult;
import io.rowmesh.applier.write.MetDelete;
import io.rowmesh.applier.write.MetRow;
import io.rowmesh.applier.write.PastDelete;
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
    private List<FallenRow> fallen = List.of();
    private int stays;

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
     * @param row    that was judged, null when there was none
     * @param origin whose changes are written
     */
    void meetRow(Table table, int slot, Tuple row, int origin) {
        if (row == null) {
            if (withoutRow.isEmpty()) {
                withoutRow = new ArrayList<>(2);
            }
            withoutRow.add(at);
            return;
        }
        met++;
        if (row.xmin != own && row.writer().origin != origin) {
            if (foreign.isEmpty()) {
                foreign = new ArrayList<>(2);
            }
            foreign.add(new MetRow(at, version(row), named(table, slot, row)));
        }
    }

    private static Version version(Tuple row) {
        return new Version(row.writer().micros, World.NAMES[row.writer().origin]);
    }

    private static NamedRow named(Table table, int slot, Tuple row) {
        return NamedRow.of(table.shape, table.row(slot, row.value));
    }

    /** A row that falls to a delete, or stands over it. */
    void meetFallen(Table table, int slot, Tuple row, PastDelete delete) {
        if (fallen.isEmpty()) {
            fallen = new ArrayList<>(2);
        }
        boolean isOwn = row.xmin == own;
        fallen.add(new FallenRow(World.ROW_KEYS[slot], named(table, slot, row), isOwn ? null : version(row), delete));
        stays += !isOwn && version(row).compareTo(delete.version()) > 0 ? 1 : 0;
    }

    FallenRows fallen() {
        return fallen.isEmpty() ? FallenRows.NONE : new FallenRows(fallen, fallen.size() - stays, stays);
    }

    GroupResult result() {
        return new GroupResult(written, met, deletes, withoutRow, foreign, 0);
    }
}
