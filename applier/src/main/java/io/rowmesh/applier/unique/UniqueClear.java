package io.rowmesh.applier.unique;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;

/**
 * Takes away what stands at one key, hidden or not, and is older than a delete, one statement a {@link #step}. By a lane what is
 * not newer than its own change; by repairs what is strictly older than a delete that is remembered, but for what a user
 * wrote here since a delete of this region ({@code LookAgain} has the reason).
 */
final class UniqueClear {

    private enum State { HOLD, FIND, REMOVE, DROP, DONE }

    private final UniqueTarget target;
    private final TransactionHeader header;
    private final TableShape table;
    private final Row key;
    private State state = State.HOLD;
    private boolean held;
    private FoundUnique found;
    private boolean removed;

    /** @param header of the change that deletes; null for repairs */
    UniqueClear(UniqueTarget target, TransactionHeader header, TableShape table, Row key) {
        this.target = target;
        this.header = header;
        this.table = table;
        this.key = key;
    }

    /** Takes one step; false when it is done. */
    boolean step() throws SQLException {
        state = switch (state) {
            case HOLD -> hold();
            case FIND -> find();
            case REMOVE -> remove();
            case DROP -> drop();
            case DONE -> State.DONE;
        };
        return state != State.DONE;
    }

    private State hold() throws SQLException {
        held = target.hold(table, key);
        return State.FIND;
    }

    private State find() throws SQLException {
        found = target.find(header, table, key);
        if (!held && found.row() != null) {
            return State.HOLD;
        }
        return goes(found.row()) ? State.REMOVE : dropOrDone();
    }

    private State dropOrDone() {
        return goes(found.hidden()) ? State.DROP : State.DONE;
    }

    /** Whether it is older than the delete. */
    boolean goes(UniqueRow stored) {
        if (stored == null) {
            return false;
        }
        Version delete = header != null ? header.version() : found.deleted();
        boolean cameAfter = header == null && delete != null && stored.users() && delete.origin().equals(stored.version().origin());
        int order = delete == null || cameAfter ? 1 : stored.version().compareTo(delete);
        return order < 0 || order == 0 && header != null;
    }

    private State remove() throws SQLException {
        if (!target.remove(table, key, found.row().xmin())) {
            return State.HOLD;
        }
        removed = true;
        return dropOrDone();
    }

    private State drop() throws SQLException {
        target.dropHidden(table, key);
        removed = true;
        return State.DONE;
    }

    boolean removed() {
        return removed;
    }

    /** What stood before, as it was when it was taken away or left; valid once it is done. */
    FoundUnique found() {
        return found;
    }
}
