package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.merge.KeyFacts;
import io.rowmesh.applier.merge.LocalDelete;
import io.rowmesh.applier.merge.MergeTarget;
import io.rowmesh.applier.merge.Removed;
import io.rowmesh.rules.Deletes;
import io.rowmesh.rules.StoredRow;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Merging rows of a simulated database, in the transaction of a {@link MemorySession}. */
final class MemoryMerges implements MergeTarget {

    private final World world;
    private final Database database;
    private final MemorySession session;
    private final int origin;
    /** What is being written, for planted faults. */
    private RowChange current;
    private long heldAt;

    MemoryMerges(Database database, MemorySession session, int origin) {
        this.world = database.world;
        this.database = database;
        this.session = session;
        this.origin = origin;
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    @Override
    public boolean hold(RowChange change) throws SQLException {
        current = change;
        Table table = database.table(change.table().id());
        DbTransaction own = session.startStatement(table);
        heldAt = session.snapshot();
        Tuple shown = Database.seen(table.slots[World.slot(change)], own, session.snapshot());
        Tuple row = shown == null ? null : database.locked(shown, own);
        if (row != null) {
            row.lockedBy = own;
        }
        session.endStatement();
        return row != null;
    }

    @Override
    public boolean insert(TableShape shape, Row row) throws SQLException {
        if (is(Fault.COUNTER_DELETE_WAITS_FOR_NO_INSERT) && current.kind() == RowChange.Kind.DELETE) {
            return true;
        }
        if (updateWaitsForNoInsert(current)) {
            return true;
        }
        Table table = database.table(shape.id());
        DbTransaction own = session.startStatement(table);
        int slot = World.keySlot(row.get(0));
        Tuple live = database.live(table.slots[slot], own);
        if (live == null) {
            database.insert(table.slots, slot, own, table.text(row));
        }
        session.endStatement();
        return live == null;
    }

    @Override
    public KeyFacts facts(TransactionHeader header, RowChange change) throws SQLException {
        Table table = database.table(change.table().id());
        DbTransaction own = session.startStatement(table);
        long snapshot = session.snapshot();
        int slot = World.slot(change);
        Tuple row = Database.seen(table.slots[slot], own, snapshot);
        Deletes deletes = table.beside.of(slot, own, is(Fault.COUNTER_DELETES_ASKED_BEFORE_HELD) ? heldAt : snapshot);
        if (is(Fault.COUNTER_DELETE_KNOWN_AT_CAPTURE)) {
            deletes = new Deletes(deletes.last(), false);
        }
        if (is(Fault.COUNTER_UPDATE_UPSERTED) && change.kind() == RowChange.Kind.UPDATE && database.live(table.slots[slot], own) == null) {
            database.insert(table.slots, slot, own, table.text(RowChange.keyImage(change)));
        }
        session.endStatement();
        return new KeyFacts(row == null ? null : new StoredRow(CounterRows.row(slot, row.value), version(header, table, slot, row, own)), deletes);
    }

    private Version version(TransactionHeader header, Table table, int slot, Tuple row, DbTransaction own) {
        Tuple kept = Database.seen(table.beside.versions[slot], own, session.snapshot());
        if (kept != null && kept.of == row.xmin) {
            return new Version(kept.micros, World.NAMES[kept.origin]);
        }
        return row.xmin == own ? header.version() : new Version(row.xmin.micros, World.NAMES[row.xmin.origin]);
    }

    @Override
    public void update(TableShape shape, Row row, Set<String> columns) throws SQLException {
        Table table = database.table(shape.id());
        DbTransaction own = session.startStatement(table);
        int slot = World.keySlot(row.get(0));
        Tuple live = database.locked(Database.seen(table.slots[slot], own, session.snapshot()), own);
        if (table.beside == null) {
            mustNotVanish(table, live);
            database.update(table.slots, slot, live, own, table.text(written(shape, table.row(slot, live.value), row, columns)));
        } else {
            database.update(table.slots, slot, live, own, CounterRows.text(planted(row, CounterRows.row(slot, live.value))));
        }
        session.endStatement();
    }

    private static Row written(TableShape shape, Row stored, Row row, Set<String> columns) {
        Row written = stored;
        for (int i = 1; i < row.size(); i++) {
            written = columns.contains(shape.columns().get(i).name()) ? written.with(i, row.get(i)) : written;
        }
        return written;
    }

    /** Under column-merge. A sibling that is chosen from elsewhere may stand over a local write before that is captured. */
    private void mustNotVanish(Table table, Tuple row) {
        if (table.shape == WideRows.SHAPE) {
            world.regions[database.region].capture.mustNotVanish(row);
        }
    }

    private Row planted(Row row, Row stored) {
        Row after = RowChange.keyImage(current);
        if (is(Fault.COUNTER_IMAGE_WRITTEN)) {
            return after;
        }
        if (is(Fault.COUNTER_DELTA_TWICE)) {
            return row.with(1, "" + (2 * Integer.parseInt(row.get(1)) - Integer.parseInt(stored.get(1))));
        }
        return is(Fault.COUNTER_MAX_BY_LAST_WRITE) ? row.with(2, after.get(2)) : row;
    }

    @Override
    public void keepVersion(RowChange change, Version version) throws SQLException {
        if (is(Fault.COUNTER_VERSION_NOT_KEPT)) {
            return;
        }
        Table table = database.table(change.table().id());
        DbTransaction own = session.startStatement(table);
        int slot = World.slot(change);
        Tuple stands = database.live(table.beside.versions[slot], own);
        if (stands == null) {
            database.insert(table.beside.versions, slot, own, null);
        } else {
            database.update(table.beside.versions, slot, stands, own, null);
        }
        Tuple kept = table.beside.versions[slot];
        kept.of = own;
        kept.micros = version.commitMicros();
        kept.origin = World.number(version.origin());
        kept.sequence = kept.origin == origin ? own.sequence : database.progress.sequence(kept.origin);
        kept.recorded = database.nextRecorded();
        session.endStatement();
    }

    private boolean updateWaitsForNoInsert(RowChange change) {
        return is(Fault.COUNTER_UPDATE_WAITS_FOR_NO_INSERT) && change.kind() == RowChange.Kind.UPDATE;
    }

    @Override
    public void remove(RowChange change) throws SQLException {
        if (updateWaitsForNoInsert(change)) {
            return;
        }
        Table table = database.table(change.table().id());
        DbTransaction own = session.startStatement(table);
        Tuple shown = Database.seen(table.slots[World.slot(change)], own, session.snapshot());
        Tuple row = shown == null ? null : database.locked(shown, own);
        boolean kept = row != null && is(Fault.COUNTER_DELETE_BY_VERSION) && change.kind() == RowChange.Kind.DELETE && row.xmin != own
                && Versions.of(row) > Versions.of(own.micros, origin);
        if (row != null && !kept) {
            mustNotVanish(table, row);
            database.delete(row, own);
        }
        if (table.beside != null && !is(Fault.COUNTER_VERSION_OUTLIVES_ROW)) {
            forget(table.beside.versions[World.slot(change)], own);
        }
        session.endStatement();
    }

    private void forget(Tuple version, DbTransaction own) throws SQLException {
        Tuple seen = Database.seen(version, own, session.snapshot());
        Tuple locked = seen == null ? null : database.locked(seen, own);
        if (locked != null) {
            database.delete(locked, own);
        }
    }

    @Override
    public void recordDelete(TransactionHeader header, RowChange change) throws SQLException {
        Table table = database.table(change.table().id());
        DbTransaction own = session.startStatement(null);
        int slot = change.kind() == RowChange.Kind.TRUNCATE ? table.wholeTable() : World.slot(change);
        table.beside.raise(database, slot, origin, header.sequence(), own);
        session.endStatement();
    }

    @Override
    public Removed removeAll(TransactionHeader header, TableShape shape) throws SQLException {
        Table table = database.table(shape.id());
        session.exclude(table);
        DbTransaction own = session.startStatement(table);
        List<StoredRow> unseen = new ArrayList<>(0);
        for (int slot = 0; slot < table.slots.length; slot++) {
            Tuple shown = Database.seen(table.slots[slot], own, session.snapshot());
            Tuple row = shown == null ? null : database.locked(shown, own);
            if (row != null) {
                Version version = version(header, table, slot, row, own);
                if (row.xmin != own && !sees(header, version) && !is(Fault.COUNTER_HISTORY_WITHOUT_TRUNCATES)) {
                    unseen.add(new StoredRow(CounterRows.row(slot, row.value), version));
                }
                database.delete(row, own);
            }
        }
        for (Tuple version : table.beside.versions) {
            forget(version, own);
        }
        session.endStatement();
        return new Removed(unseen, unseen.size());
    }

    /** As names go: by timestamps. */
    private static boolean sees(TransactionHeader header, Version version) {
        return header.origin().equals(version.origin())
                || header.seen().stream().anyMatch(mark -> mark.origin().equals(version.origin()) && mark.commitMicros() >= version.commitMicros());
    }

    @Override
    public void recordLocalDeletes(int epoch, List<LocalDelete> deletes) throws SQLException {
        DbTransaction own = session.startStatement(null);
        own.durable = true;
        for (LocalDelete delete : deletes) {
            Table table = database.table(delete.table());
            int slot = delete.key().equals(RowKey.ALL) ? table.wholeTable() : World.slot(delete.key());
            table.beside.raise(database, slot, origin, delete.sequence(), own);
            table.beside.settle(delete.xid(), own);
        }
        session.endStatement();
    }
}
