package io.rowmesh.applier.unique;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/**
 * What a table needs after something that no lane has written, in a transaction of its own: rows below a delete go (convergence
 * rules 4 and 5), then the right ones are shown. One statement a {@link #step}.
 */
public final class UniqueRepair {

    private enum State { KEYS, CLEAR, SHOW, FORGET, DONE }

    private final UniqueTarget target;
    private final TableId id;
    /** The texts of the key columns; null for wherever a row may be below a delete. */
    private final Collection<String[]> given;
    private final Deque<Row> keys = new ArrayDeque<>();
    private State state = State.KEYS;
    private TableShape table;
    private UniqueClear clear;
    private Showing showing;

    private UniqueRepair(UniqueTarget target, TableId id, Collection<String[]> given) {
        this.target = target;
        this.id = id;
        this.given = given;
    }

    /** @param keys that may have a row below a delete; the texts of the key columns */
    public static UniqueRepair at(UniqueTarget target, TableId table, Collection<String[]> keys) {
        return new UniqueRepair(target, table, keys);
    }

    /** Wherever a row may be below a delete. */
    public static UniqueRepair everywhere(UniqueTarget target, TableId table) {
        return new UniqueRepair(target, table, null);
    }

    /** Takes one step; false when it is done. */
    public boolean step() throws SQLException {
        state = switch (state) {
            case KEYS -> keys();
            case CLEAR -> clear();
            case SHOW -> showing.step() ? State.SHOW : State.FORGET;
            case FORGET -> forget();
            case DONE -> State.DONE;
        };
        return state != State.DONE;
    }

    private State keys() throws SQLException {
        table = target.shape(id);
        if (given == null) {
            keys.addAll(target.belowDeletes(table));
        } else {
            given.forEach(texts -> keys.add(table.keyOnly(texts)));
        }
        showing = new Showing(target, null, table);
        return keys.isEmpty() ? State.SHOW : State.CLEAR;
    }

    private State forget() throws SQLException {
        target.forgetVersions(table);
        return State.DONE;
    }

    private State clear() throws SQLException {
        clear = clear == null ? new UniqueClear(target, null, table, keys.poll()) : clear;
        if (clear.step()) {
            return State.CLEAR;
        }
        clear = null;
        return keys.isEmpty() ? State.SHOW : State.CLEAR;
    }
}
