package io.rowmesh.applier.unique;

import io.rowmesh.rules.LastWriteWins;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;

/**
 * Writes one row as a lane does, one statement a {@link #step}: last-write-wins over the row, the hidden row and the delete of its
 * key. Where another row has one of its unique values it is put among the hidden ones; {@link Showing} decides afterwards.
 */
final class UniqueUpsert {

    private enum State { HOLD, FIND, DROP, UPDATE, REMOVE, INSERT, HIDE, DONE }

    private final UniqueTarget target;
    private final TransactionHeader header;
    private final TableShape table;
    private final Row row;
    private State state = State.HOLD;
    private boolean held;
    private FoundUnique found;
    private boolean written;

    UniqueUpsert(UniqueTarget target, TransactionHeader header, TableShape table, Row row) {
        this.target = target;
        this.header = header;
        this.table = table;
        this.row = row;
    }

    /** Takes one step; false when it is done. */
    boolean step() throws SQLException {
        state = switch (state) {
            case HOLD -> hold();
            case FIND -> find();
            case DROP -> drop();
            case UPDATE -> update();
            case REMOVE -> remove();
            case INSERT -> insert();
            case HIDE -> hide();
            case DONE -> State.DONE;
        };
        return state != State.DONE;
    }

    private State hold() throws SQLException {
        held = target.hold(table, row);
        return State.FIND;
    }

    private State find() throws SQLException {
        found = target.find(header, table, row);
        if (!held && found.row() != null) {
            return State.HOLD;
        }
        written = applies(found.row()) && applies(found.hidden()) && LastWriteWins.applies(found.deleted(), header.version());
        return !written ? State.DONE : found.hidden() != null ? State.DROP : place();
    }

    private boolean applies(UniqueRow stored) {
        Version version = stored == null ? null : stored.version();
        return LastWriteWins.applies(version, header.version());
    }

    private State drop() throws SQLException {
        target.dropHidden(table, row);
        return place();
    }

    private State place() throws SQLException {
        return found.row() == null ? State.INSERT : keepsItsUniqueValues() ? State.UPDATE : State.REMOVE;
    }

    private boolean keepsItsUniqueValues() throws SQLException {
        Set<String> unique = target.uniqueColumns(table.id());
        for (int i = 0; i < table.columns().size(); i++) {
            if (unique.contains(table.columns().get(i).name()) && !Objects.equals(row.get(i), found.row().row().get(i))) {
                return false;
            }
        }
        return true;
    }

    private State update() throws SQLException {
        target.update(table, row);
        return State.DONE;
    }

    private State remove() throws SQLException {
        return target.remove(table, row, found.row().xmin()) ? State.INSERT : State.HOLD;
    }

    private State insert() throws SQLException {
        return target.insert(table, row) ? State.DONE : State.HIDE;
    }

    private State hide() throws SQLException {
        target.hide(table, row, header.version());
        return State.DONE;
    }

    /** Whether it is the newest write of its key. */
    boolean written() {
        return written;
    }

    /** What stood before; valid once it is done. */
    FoundUnique found() {
        return found;
    }
}
