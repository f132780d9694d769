package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.unique.Candidate;
import io.rowmesh.applier.unique.FoundUnique;
import io.rowmesh.applier.unique.UniqueRow;
import io.rowmesh.applier.unique.UniqueTarget;
import io.rowmesh.rules.unique.Standing;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Tables with secondary unique keys of a simulated database, as statements of a {@link MemorySession}. */
final class MemoryUniques implements UniqueTarget {

    private final World world;
    private final Database database;
    private final MemorySession session;
    private final int origin;

    MemoryUniques(MemorySession session, Database database, int origin) {
        this.world = database.world;
        this.database = database;
        this.session = session;
        this.origin = origin;
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    @Override
    public TableShape shape(TableId table) {
        return database.table(table).shape;
    }

    @Override
    public Set<String> uniqueColumns(TableId table) {
        return Set.of("p", "q");
    }

    @Override
    public boolean hold(TableShape shape, Row key) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(table);
        Tuple shown = statement.shown(table, slot(key));
        Tuple row = shown == null ? null : database.locked(shown, statement.own);
        if (row != null) {
            row.lockedBy = statement.own;
        }
        session.endStatement();
        return row != null;
    }

    private static int slot(Row row) {
        return World.keySlot(row.get(0));
    }

    @Override
    public FoundUnique find(TransactionHeader header, TableShape shape, Row key) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(table);
        int slot = slot(key);
        Tuple row = statement.shown(table, slot);
        Tuple hidden = is(Fault.UNIQUE_HIDDEN_IGNORED) ? null : Database.seen(table.hidden[slot], statement.own, statement.snapshot);
        Tuple delete = header == null && is(Fault.UNIQUE_DELETES_NOT_REASSERTED) ? null : statement.tombstone(table, slot);
        session.endStatement();
        return new FoundUnique(row == null ? null : shown(statement, header, table, slot, row), hidden == null ? null : hidden(slot, hidden),
                delete == null ? null : new FoundUnique.Delete(version(delete), 1, delete.sequence));
    }

    private UniqueRow shown(MemoryStatement statement, TransactionHeader header, Table table, int slot, Tuple row) {
        Tuple moved = Database.seen(table.moved[slot], statement.own, statement.snapshot);
        Version version = moved != null && moved.of == row.xmin ? version(moved)
                : row.xmin == statement.own ? header.version() : new Version(row.xmin.micros, World.NAMES[row.xmin.origin]);
        return new UniqueRow(UniqueRows.row(slot, row.value), version, row.xmin.number, row.xmin.local && !is(Fault.OWN_DELETES_TAKE_LATER_ROWS), moved != null && moved.of == row.xmin);
    }

    private static UniqueRow hidden(int slot, Tuple hidden) {
        return new UniqueRow(UniqueRows.row(slot, hidden.value), version(hidden), 0, false, true);
    }

    private static Version version(Tuple kept) {
        return new Version(kept.micros, World.NAMES[kept.origin]);
    }

    @Override
    public void update(TableShape shape, Row row) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(table);
        int slot = slot(row);
        Tuple live = database.locked(statement.shown(table, slot), statement.own);
        database.update(table.slots, slot, live, statement.own, UniqueRows.text(row));
        forget(table.moved[slot], statement);
        session.endStatement();
    }

    @Override
    public boolean insert(TableShape shape, Row row) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(table);
        int slot = slot(row);
        boolean free = database.live(table.slots[slot], statement.own) == null && !database.taken(table, slot, row, statement.own);
        if (free) {
            database.insert(table.slots, slot, statement.own, UniqueRows.text(row));
        }
        session.endStatement();
        return free;
    }

    @Override
    public Shown show(TableShape table, Row row) throws SQLException {
        return insert(table, row) ? Shown.DONE : Shown.TAKEN;
    }

    @Override
    public boolean remove(TableShape shape, Row key, long xmin) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(table);
        int slot = slot(key);
        Tuple shown = statement.shown(table, slot);
        Tuple row = shown == null ? null : database.locked(shown, statement.own);
        boolean same = row != null && (row.xmin.number == xmin || is(Fault.UNIQUE_WHATEVER_ROW_REMOVED));
        if (same) {
            // First, as it may have to wait, and the whole is done again then.
            forget(table.moved[slot], statement);
            database.delete(row, statement.own);
        }
        session.endStatement();
        return same;
    }

    @Override
    public void keepVersion(TableShape shape, Row key, Version version, long xmin) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(table);
        Tuple row = statement.shown(table, slot(key));
        if (row != null && (xmin == 0 || row.xmin.number == xmin) && !is(Fault.UNIQUE_VERSION_NOT_KEPT)) {
            put(table.moved, slot(key), statement, null, version);
            table.moved[slot(key)].of = row.xmin;
        }
        session.endStatement();
    }

    @Override
    public void forgetVersions(TableShape shape) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(null);
        for (int slot = 0; slot < table.moved.length; slot++) {
            Tuple moved = Database.seen(table.moved[slot], statement.own, statement.snapshot);
            Tuple row = statement.shown(table, slot);
            if (moved != null && (row == null || row.xmin != moved.of)) {
                forget(table.moved[slot], statement);
            }
        }
        session.endStatement();
    }

    private void put(Tuple[] chains, int slot, MemoryStatement statement, String value, Version version) throws SQLException {
        Tuple stands = database.live(chains[slot], statement.own);
        if (stands == null) {
            database.insert(chains, slot, statement.own, value);
        } else {
            database.update(chains, slot, stands, statement.own, value);
        }
        chains[slot].micros = version.commitMicros();
        chains[slot].origin = World.number(version.origin());
    }

    private void forget(Tuple chain, MemoryStatement statement) throws SQLException {
        Tuple stands = database.live(chain, statement.own);
        if (stands != null) {
            database.delete(stands, statement.own);
        }
    }

    @Override
    public void hide(TableShape shape, Row row, Version version) throws SQLException {
        if (!is(Fault.UNIQUE_LOSERS_FORGOTTEN)) {
            Table table = database.table(shape.id());
            put(table.hidden, slot(row), session.begin(null), UniqueRows.text(row), version);
            session.endStatement();
        }
    }

    @Override
    public void dropHidden(TableShape shape, Row key) throws SQLException {
        Table table = database.table(shape.id());
        forget(table.hidden[slot(key)], session.begin(null));
        session.endStatement();
    }

    @Override
    public void bury(TransactionHeader header, TableShape shape, Row key) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(null);
        database.bury(table, key == null ? table.wholeTable() : slot(key), statement.own, header.commitMicros(), origin, header.sequence());
        session.endStatement();
    }

    @Override
    public void lockTable(TableShape shape) throws SQLException {
        session.exclude(database.table(shape.id()));
    }

    @Override
    public List<Row> keys(TableShape shape) throws SQLException {
        return keys(shape, false);
    }

    @Override
    public List<Row> belowDeletes(TableShape shape) throws SQLException {
        return keys(shape, true);
    }

    private List<Row> keys(TableShape shape, boolean deleted) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(table);
        List<Row> keys = new ArrayList<>();
        for (int slot = 0; slot < table.slots.length; slot++) {
            boolean stands = statement.shown(table, slot) != null || Database.seen(table.hidden[slot], statement.own, statement.snapshot) != null;
            if (stands && (!deleted || statement.tombstone(table, slot) != null && !isPending(table, slot))) {
                keys.add(new Row(World.KEYS[slot], Row.ABSENT, Row.ABSENT, Row.ABSENT));
            }
        }
        session.endStatement();
        return keys;
    }

    @Override
    public List<Candidate> candidates(TransactionHeader header, TableShape shape) throws SQLException {
        Table table = database.table(shape.id());
        MemoryStatement statement = session.begin(table);
        List<Candidate> all = new ArrayList<>();
        for (int slot = 0; slot < table.slots.length && !(is(Fault.UNIQUE_CAPTURE_DOES_NOT_LOOK) && header == null); slot++) {
            Tuple hidden = Database.seen(table.hidden[slot], statement.own, statement.snapshot);
            if (hidden != null) {
                all.add(candidate(table, slot, hidden(slot, hidden), false));
            }
        }
        List<Candidate> found = List.copyOf(all);
        for (int slot = 0; slot < table.slots.length; slot++) {
            Tuple row = statement.shown(table, slot);
            if (row != null && meets(UniqueRows.row(slot, row.value), found)) {
                all.add(candidate(table, slot, shown(statement, header, table, slot, row), true));
            }
        }
        session.endStatement();
        return all;
    }

    private static boolean meets(Row row, List<Candidate> hidden) {
        return hidden.stream().anyMatch(each -> each.row().row().get(0).equals(row.get(0)) || UniqueRows.collide(each.row().row(), row));
    }

    private Candidate candidate(Table table, int slot, UniqueRow row, boolean shown) {
        return new Candidate(new Standing(World.ROW_KEYS[slot], row.version(), Arrays.asList(row.row().get(1), row.row().get(2)), shown, row.users(),
                isPending(table, slot)), row);
    }

    private boolean isPending(Table table, int slot) {
        Region region = world.regions[database.region];
        return region.pendingTable.containsKey(new WrittenKey(table.shape.id(), World.ROW_KEYS[slot]))
                || region.pendingTable.containsKey(new WrittenKey(table.shape.id(), RowKey.ALL));
    }

    @Override
    public List<TableId> tablesWithHidden(boolean pending) throws SQLException {
        MemoryStatement statement = session.begin(null);
        List<TableId> found = new ArrayList<>();
        for (Table table : database.tables) {
            boolean any = false;
            for (int slot = 0; slot < table.hidden.length; slot++) {
                any |= Database.seen(table.hidden[slot], statement.own, statement.snapshot) != null && (!pending || isPending(table, slot));
            }
            if (any && !is(Fault.UNIQUE_LOST_MOVES_NOT_REPEATED)) {
                found.add(table.shape.id());
            }
        }
        session.endStatement();
        return found;
    }
}
