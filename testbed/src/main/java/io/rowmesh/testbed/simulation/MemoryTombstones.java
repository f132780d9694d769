package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.write.FallenRows;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.applier.write.Tombstones;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Tombstones of a simulated database and what looks at rows below them, as statements of a {@link MemorySession}. */
final class MemoryTombstones {

    private final World world;
    private final Database database;
    private final MemorySession session;
    private final int origin;
    private final boolean self;

    MemoryTombstones(MemorySession session, Database database, int origin) {
        this.world = database.world;
        this.database = database;
        this.session = session;
        this.origin = origin;
        this.self = origin == database.region;
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    void record(List<Tombstones.Dated> deletes) throws SQLException {
        MemoryStatement statement = session.begin(null);
        statement.own.durable = true;
        for (; statement.at < deletes.size(); statement.at++) {
            Tombstones.Dated each = deletes.get(statement.at);
            Table table = database.table(each.key().table());
            int slot = each.key().isWholeTable() ? table.wholeTable() : World.slot(each.key().key());
            boolean skipped = is(Fault.NO_TOMBSTONE_OF_LOCAL_DELETE) || is(Fault.NO_TOMBSTONE)
                    || each.key().isWholeTable() && is(Fault.TRUNCATE_WITHOUT_TOMBSTONE);
            if (!skipped) {
                database.bury(table, slot, statement.own, each.micros(), origin, each.sequence());
            }
        }
        session.endStatement();
    }

    FallenRows deleteOlder(TableId id, List<PastDelete> deletes) throws SQLException {
        Table table = database.table(id);
        MemoryStatement statement = session.begin(table);
        boolean skipped = self ? is(Fault.NO_REASSERTION)
                : is(Fault.NO_SECOND_LOOK_OF_LANE) || is(Fault.NO_SECOND_LOOK_AT_ALL);
        boolean all = deletes.get(0).key().equals(RowKey.ALL);
        int rows = all ? table.slots.length : deletes.size();
        for (; statement.at < rows && !skipped; statement.at++) {
            PastDelete delete = deletes.get(all ? 0 : statement.at);
            deleteBelow(statement, table, all ? statement.at : World.slot(delete.key()), delete);
        }
        session.endStatement();
        return statement.fallen();
    }

    FallenRows standingOver(TableId id, List<PastDelete> deletes) throws SQLException {
        Table table = database.table(id);
        MemoryStatement statement = session.begin(table);
        for (PastDelete delete : deletes) {
            boolean all = delete.key().equals(RowKey.ALL);
            for (int slot = all ? 0 : World.slot(delete.key()); slot < (all ? table.slots.length : World.slot(delete.key()) + 1); slot++) {
                Tuple shown = statement.shown(table, slot);
                if (shown != null && shown.writer().origin != database.region && !isOlder(statement, shown, version(delete))) {
                    statement.meetFallen(table, slot, shown, delete);
                }
            }
        }
        session.endStatement();
        return statement.fallen();
    }

    private static long version(PastDelete delete) {
        return Versions.of(delete.version().commitMicros(), World.number(delete.version().origin()));
    }

    /** Deletes a row if it is strictly older, as the snapshot shows it and as it is once nobody else changes it. */
    private void deleteBelow(MemoryStatement statement, Table table, int slot, PastDelete delete) throws SQLException {
        Tuple shown = statement.shown(table, slot);
        if (shown == null || !falls(statement, shown, delete)) {
            return;
        }
        Tuple locked = database.locked(shown, statement.own);
        if (locked != null && falls(statement, locked, delete)) {
            database.delete(locked, statement.own);
            if (!is(Fault.HISTORY_WITHOUT_REPAIRS)) {
                statement.meetFallen(table, slot, locked, delete);
            }
        }
    }

    /** What a user wrote here stands since the region's own delete, whatever its timestamp. */
    private boolean falls(MemoryStatement statement, Tuple row, PastDelete delete) {
        boolean cameAfter = row.writer().local && World.number(delete.version().origin()) == database.region
                && !is(Fault.OWN_DELETES_TAKE_LATER_ROWS);
        return !cameAfter && isOlder(statement, row, version(delete));
    }

    private boolean isOlder(MemoryStatement statement, Tuple row, long version) {
        return row.xmin == statement.own || (row.forgotten ? is(Fault.REPAIR_OF_FORGOTTEN_ROWS) : Versions.of(row) < version);
    }

    List<FallenRows> deleteBelowTombstones(TableId id, List<String> keys) throws SQLException {
        Table table = database.table(id);
        MemoryStatement statement = session.begin(table);
        boolean skipped = is(Fault.NO_SECOND_LOOK_OF_CAPTURE) || is(Fault.NO_SECOND_LOOK_AT_ALL);
        for (; statement.at < keys.size() && !skipped; statement.at++) {
            lookAt(statement, table, World.slot(keys.get(statement.at)));
        }
        session.endStatement();
        return List.of(statement.fallen());
    }

    List<FallenRows> deleteBelowTombstones(TableId id) throws SQLException {
        Table table = database.table(id);
        Region region = world.regions[database.region];
        MemoryStatement statement = session.begin(table);
        for (; statement.at < table.slots.length; statement.at++) {
            if (!region.isPending(id, World.ROW_KEYS[statement.at])) {
                lookAt(statement, table, statement.at);
            }
        }
        session.endStatement();
        return List.of(statement.fallen());
    }

    private void lookAt(MemoryStatement statement, Table table, int slot) throws SQLException {
        Tuple newest = statement.tombstone(table, slot);
        if (newest != null) {
            deleteBelow(statement, table, slot, new PastDelete(World.ROW_KEYS[slot], new Version(newest.micros, World.NAMES[newest.origin]), 1,
                    newest.sequence));
        }
    }

    List<TableId> tablesWithTombstones() throws SQLException {
        session.transaction();
        List<TableId> found = new ArrayList<>();
        for (Table table : database.tables) {
            for (Tuple tombstone : table.tombstones) {
                if (database.committed(tombstone) != null) {
                    found.add(table.shape.id());
                    break;
                }
            }
        }
        return found;
    }

    void loadTombstones(TombstoneIndex index) throws SQLException {
        session.transaction();
        index.clear();
        for (Table table : database.tables) {
            for (int slot = 0; slot < table.tombstones.length; slot++) {
                if (database.committed(table.tombstones[slot]) != null) {
                    index.add(List.of(new TableKey(table.shape.id(), slot == table.wholeTable() ? RowKey.ALL : World.ROW_KEYS[slot])));
                }
            }
        }
        index.loaded();
    }
}
