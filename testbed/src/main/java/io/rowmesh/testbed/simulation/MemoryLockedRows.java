package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.locking.LockedRows;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.Progress;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.applier.write.Tombstones;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The single statements of a simulated MySQL, over a {@link MemorySession}. Before each of them anybody else may act. */
final class MemoryLockedRows implements LockedRows {

    private final World world;
    private final Database database;
    private final int origin;
    private final MemorySession session;
    private final PlantedVersions versions;
    private final MemoryProgress progress;
    private final MemoryTombstones tombstones;

    // The statement under way: how far it is, and what it has found.
    private boolean begun;
    private int at;
    private Map<String, NamedRow> found = new LinkedHashMap<>();
    private List<String> refused = new ArrayList<>();

    MemoryLockedRows(MemorySession session, Database database, int origin, PlantedVersions versions) {
        this.world = database.world;
        this.database = database;
        this.origin = origin;
        this.session = session;
        this.versions = versions;
        this.progress = new MemoryProgress(database, origin);
        this.tombstones = new MemoryTombstones(session, database, origin);
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    /** Begins a statement, or goes on with the one that had to wait. @param table whose rows it locks or writes; else null */
    private DbTransaction begin(Table table) throws SQLException {
        DbTransaction own = session.transaction();
        own.waitsFor = null;
        if (table != null) {
            database.share(table, own);
        }
        if (!begun) {
            begun = true;
            at = 0;
            found = new LinkedHashMap<>();
            refused = new ArrayList<>();
            session.standAside();
        }
        return own;
    }

    private void end() {
        begun = false;
    }

    @Override
    public Progress progress(String of) {
        return progress.of(of);
    }

    @Override
    public void writeProgress(TransactionHeader header) throws SQLException {
        DbTransaction own = session.transaction();
        if (own.sequence == header.sequence()) {
            return;
        }
        progress.write(header, own);
        own.stamped = true;
        own.micros = header.commitMicros();
        own.wrote = true;
        own.sequence = header.sequence();
        world.regions[database.region].originPosition[origin] = header.sequence();
    }

    @Override
    public void tagRepair() throws SQLException {
        session.transaction().wrote = true;
    }

    @Override
    public long ahead(long micros) throws SQLException {
        session.transaction();
        return is(Fault.NO_SKEW_WAIT) ? -1 : micros - database.clock();
    }

    @Override
    public long logEnd() throws SQLException {
        begin(null);
        end();
        return versions.logEnd();
    }

    @Override
    public Map<String, NamedRow> lock(TableId id, List<String> keys) throws SQLException {
        Table table = database.table(id);
        if (!begun) {
            versions.beforeLock(id, keys);
        }
        DbTransaction own = begin(table);
        for (; at < keys.size(); at++) {
            lock(table, keys.get(at), own);
        }
        end();
        return found;
    }

    private void lock(Table table, String key, DbTransaction own) throws SQLException {
        int slot = World.slot(key);
        Tuple row = database.held(table.slots[slot], own);
        if (row != null) {
            found.put(key, NamedRow.of(table.shape, table.row(slot, row.value)));
        }
    }

    /** Pieces of one row. */
    @Override
    public Piece lockPiece(TableId id, String after) throws SQLException {
        Table table = database.table(id);
        int slot = after == null ? 0 : World.slot(after) + 1;
        lock(id, List.of(World.ROW_KEYS[slot]));
        return new Piece(found, slot + 1 < table.slots.length ? World.ROW_KEYS[slot] : null);
    }

    @Override
    public List<String> insert(List<RowChange> changes) throws SQLException {
        Table table = database.table(changes.get(0).table().id());
        DbTransaction own = begin(table);
        for (; at < changes.size(); at++) {
            RowChange change = changes.get(at);
            int slot = World.slot(change);
            String value = table.text(RowChange.keyImage(change));
            Tuple stands = database.liveToUpdate(table.slots[slot], own);
            if (stands == null) {
                database.insert(table.slots, slot, own, value);
            } else if (is(Fault.OVERTAKEN_INSERT_WRITES_OVER)) {
                database.update(table.slots, slot, stands, own, value);
            } else {
                refused.add(RowKey.of(change));
            }
        }
        end();
        return refused;
    }

    @Override
    public void update(List<RowChange> changes) throws SQLException {
        Table table = database.table(changes.get(0).table().id());
        DbTransaction own = begin(table);
        for (RowChange change : changes) {
            int slot = World.slot(change);
            database.update(table.slots, slot, mine(table, slot, own), own, table.text(RowChange.keyImage(change)));
        }
        end();
    }

    @Override
    public void delete(TableId id, List<String> keys) throws SQLException {
        Table table = database.table(id);
        DbTransaction own = begin(table);
        for (String key : keys) {
            database.delete(mine(table, World.slot(key), own), own);
        }
        end();
    }

    private Tuple mine(Table table, int slot, DbTransaction own) throws SQLException {
        Tuple row = database.live(table.slots[slot], own);
        if (row == null || row.lockedBy != own && row.xmin != own) {
            throw new Broken(World.NAMES[database.region] + " writes key " + slot + " of " + table.shape.id() + ", which it has not locked");
        }
        return row;
    }

    @Override
    public Map<String, PastDelete> tombstones(TableId id, List<String> keys) throws SQLException {
        Table table = database.table(id);
        DbTransaction own = begin(null);
        Map<String, PastDelete> over = new LinkedHashMap<>();
        MemoryStatement statement = new MemoryStatement(own, database.snapshot());
        for (String key : keys) {
            Tuple newest = statement.tombstone(table, World.slot(key));
            if (newest != null && !(own.sequence > 0 && is(Fault.TOMBSTONES_NOT_ASKED))) {
                over.put(key, past(key, newest));
            }
        }
        end();
        return over;
    }

    private static PastDelete past(String key, Tuple tombstone) {
        return new PastDelete(key, new Version(tombstone.micros, World.NAMES[tombstone.origin]), 1, tombstone.sequence);
    }

    @Override
    public void recordTombstones(String of, int epoch, List<Tombstones.Dated> deletes) throws SQLException {
        DbTransaction own = begin(null);
        for (; at < deletes.size(); at++) {
            Tombstones.Dated each = deletes.get(at);
            Table table = database.table(each.key().table());
            int slot = each.key().isWholeTable() ? table.wholeTable() : World.slot(each.key().key());
            database.bury(table, slot, own, each.micros(), World.number(of), each.sequence());
        }
        end();
    }

    @Override
    public List<PastDelete> tombstonesOf(TableId id, String after, int atMost) throws SQLException {
        Table table = database.table(id);
        DbTransaction own = begin(null);
        List<PastDelete> all = new ArrayList<>();
        for (int slot = 0; slot < table.tombstones.length; slot++) {
            Tuple tombstone = Database.seen(table.tombstones[slot], own, database.snapshot());
            if (tombstone != null) {
                all.add(past(slot == table.wholeTable() ? RowKey.ALL : World.ROW_KEYS[slot], tombstone));
            }
        }
        end();
        return all.stream().filter(each -> after == null || each.key().compareTo(after) > 0)
                .sorted(Comparator.comparing(PastDelete::key)).limit(atMost).toList();
    }

    @Override
    public List<PastDelete> tombstonesOf(TransactionHeader header, TableId table, String after, int atMost) {
        throw new UnsupportedOperationException("simulated transactions are small");
    }

    @Override
    public List<String> pending(TableId table, List<String> keys) throws SQLException {
        begin(null);
        end();
        return keys.stream().filter(key -> world.regions[database.region].isPending(table, key)).toList();
    }

    @Override
    public List<TableId> tablesWithTombstones() throws SQLException {
        return tombstones.tablesWithTombstones();
    }

    @Override
    public void loadTombstones(TombstoneIndex index) throws SQLException {
        tombstones.loadTombstones(index);
    }

    @Override
    public boolean isParked(RowChange change) {
        return false;
    }

    @Override
    public List<ConflictRecord> unpark(RowChange of, String rule, String note) {
        return List.of();
    }

    @Override
    public void park(TransactionHeader header, RowChange change, SQLException cause) {
        throw new Broken("a row of " + header.origin() + " " + header.sequence() + " was refused: " + cause.getMessage());
    }

    @Override
    public String writeConflicts(ConflictBatch conflicts) throws SQLException {
        DbTransaction own = session.transaction();
        own.wrote = true;
        own.conflicts.addAll(conflicts.listed());
        return null;
    }

    @Override
    public void savepoint() {
        // Nothing that is simulated fails between a savepoint and its release.
    }

    @Override
    public void releaseSavepoint() {
    }

    @Override
    public void backToSavepoint() {
        end();
    }

    @Override
    public void pruneProgress(TransactionHeader header) {
    }

    @Override
    public void commit() throws SQLException {
        end();
        session.commit();
    }

    @Override
    public void rollback() throws SQLException {
        end();
        session.rollback();
    }

    @Override
    public void forgetTables() {
    }
}
