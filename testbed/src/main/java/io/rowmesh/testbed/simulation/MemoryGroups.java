package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.write.FallenRows;
import io.rowmesh.applier.write.GroupResult;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;

/** Guarded writes of changes of one table, as statements of a {@link MemorySession}. */
final class MemoryGroups {

    private final World world;
    private final Database database;
    private final MemorySession session;
    private final int origin;
    /** Of the running transaction so far. */
    private int rows;

    MemoryGroups(MemorySession session, Database database, int origin) {
        this.world = database.world;
        this.database = database;
        this.session = session;
        this.origin = origin;
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    void beginTransaction() {
        rows = 0;
    }

    GroupResult upsert(TransactionHeader header, List<RowChange> changes) throws SQLException {
        Table table = database.table(changes.get(0).table().id());
        MemoryStatement statement = session.begin(table);
        long incoming = Versions.of(header.commitMicros(), origin);
        for (; statement.at < changes.size(); statement.at++) {
            int slot = World.slot(changes.get(statement.at));
            Tuple tombstone = statement.tombstone(table, slot);
            if (tombstone != null && Versions.ofTombstone(tombstone) > incoming) {
                statement.meetDelete(tombstone, true);
                continue;
            }
            Tuple shown = statement.shown(table, slot);
            Tuple live = database.live(table.slots[slot], statement.own);
            if (tombstone != null) {
                statement.meetDelete(tombstone, false);
            }
            statement.meetRow(table, slot, overtaken(shown, live), origin);
            String value = RowChange.keyImage(changes.get(statement.at)).get(1);
            if (is(Fault.ORIGIN_TAG_LOST_ON_SECOND_CHUNK) && ++rows > 1 && header.chunks() > 1) {
                statement.own.changes.add(changes.get(statement.at));
            }
            if (live == null) {
                if (changes.get(statement.at).kind() == RowChange.Kind.UPDATE && is(Fault.UPDATE_WITHOUT_ROW_DROPPED)) {
                    continue;
                }
                database.insert(table.slots, slot, statement.own, value);
                statement.written++;
            } else if (mayOverwrite(statement.own, is(Fault.READ_THEN_WRITE) && shown != null ? shown : live, incoming)) {
                database.update(table.slots, slot, live, statement.own, value);
                statement.written++;
            }
        }
        session.endStatement();
        return statement.result();
    }

    GroupResult delete(TransactionHeader header, List<RowChange> changes) throws SQLException {
        Table table = database.table(changes.get(0).table().id());
        MemoryStatement statement = session.begin(table);
        long incoming = Versions.of(header.commitMicros(), origin);
        for (; statement.at < changes.size(); statement.at++) {
            int slot = World.slot(changes.get(statement.at));
            if (!is(Fault.NO_TOMBSTONE)) {
                database.bury(table, slot, statement.own, header.commitMicros(), origin, header.sequence());
            }
            Tuple shown = statement.shown(table, slot);
            Tuple judged = shown;
            if (shown != null && mayDelete(statement.own, shown, incoming)) {
                Tuple locked = database.locked(shown, statement.own);
                judged = overtaken(shown, locked);
                if (locked != null && mayDelete(statement.own, locked, incoming)) {
                    database.delete(locked, statement.own);
                    statement.written++;
                }
            }
            statement.meetRow(table, slot, judged, origin);
        }
        session.endStatement();
        return statement.result();
    }

    /** As production does where a local writer came between: the row that it judged, not the one that the snapshot shows. */
    private Tuple overtaken(Tuple shown, Tuple judged) {
        return is(Fault.HISTORY_BY_SNAPSHOT) ? shown : judged;
    }

    FallenRows truncate(TransactionHeader header, RowChange.Truncate change) throws SQLException {
        Table table = database.table(change.table().id());
        if (is(Fault.TRUNCATE_WITHOUT_TABLE_LOCK)) {
            session.transaction().waitsFor = null;
        } else {
            session.exclude(table);
        }
        MemoryStatement statement = session.begin(table);
        long incoming = Versions.of(header.commitMicros(), origin);
        PastDelete delete = new PastDelete(RowKey.ALL, header.version(), header.epoch(), header.sequence());
        for (; statement.at < table.slots.length; statement.at++) {
            Tuple shown = statement.shown(table, statement.at);
            if (shown != null && shown.xmin != statement.own && shown.writer().origin != origin && !sees(header, shown)) {
                statement.meetFallen(table, statement.at, shown, delete);
            }
            if (shown != null && mayOverwrite(statement.own, shown, incoming)) {
                Tuple locked = database.locked(shown, statement.own);
                if (locked != null && mayOverwrite(statement.own, locked, incoming)) {
                    database.delete(locked, statement.own);
                }
            }
        }
        if (!is(Fault.TRUNCATE_WITHOUT_TOMBSTONE) && !is(Fault.NO_TOMBSTONE)) {
            database.bury(table, table.wholeTable(), statement.own, header.commitMicros(), origin, header.sequence());
        }
        session.endStatement();
        return is(Fault.HISTORY_WITHOUT_TRUNCATES) ? FallenRows.NONE : statement.fallen();
    }

    /** As names go: by timestamps. */
    private static boolean sees(TransactionHeader header, Tuple row) {
        return header.seen().stream().anyMatch(mark -> World.number(mark.origin()) == row.writer().origin && mark.commitMicros() >= row.writer().micros);
    }

    /** The guard (convergence rule 2). A row of the running transaction has no version yet and is older. */
    private boolean mayOverwrite(DbTransaction own, Tuple row, long incoming) {
        if (row.xmin == own) {
            return true;
        }
        if (row.forgotten) {
            return true;
        }
        long stored = Versions.of(row);
        if (is(Fault.EQUAL_OF_SAME_ORIGIN_LOSES)) {
            return stored < incoming;
        }
        if (is(Fault.SAME_ORIGIN_ALWAYS_WINS) && row.writer().origin == origin) {
            return true;
        }
        if (is(Fault.TIE_BY_APPLYING_NODE) && Versions.micros(stored) == Versions.micros(incoming) && row.writer().origin != origin) {
            return row.writer().origin != database.region;
        }
        return stored <= incoming;
    }

    private boolean mayDelete(DbTransaction own, Tuple row, long incoming) {
        return is(Fault.DELETES_UNCONDITIONAL) || mayOverwrite(own, row, incoming);
    }
}
