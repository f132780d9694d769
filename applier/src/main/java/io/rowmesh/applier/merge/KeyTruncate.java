package io.rowmesh.applier.merge;

import io.rowmesh.rules.keystate.Decided;
import io.rowmesh.rules.keystate.Kept;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableShape;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A truncate of a table whose keys' states are kept: a delete of every key that has a row or a state, and of the table, for the
 * keys that are still to come (convergence rule 15). The caller holds the locks of all keys.
 */
public final class KeyTruncate {

    private enum State { LOCK, TABLE, KEYS, EACH, DONE }

    private final MergeTarget rows;
    private final KeyTarget keys;
    private final KeyedTable<?> rules;
    private final TableShape table;
    private final Write write;
    private final boolean patient;
    private final Function<FoundKey, Decided<String>> decision;
    private final Consumer<KeyWrite> history;
    private final Deque<Row> left = new ArrayDeque<>();
    private State state;
    private KeyWrite each;

    /**
     * @param patient of a lane, which keeps writers out; the capture does not
     * @param history is given each key that is done
     */
    public KeyTruncate(MergeTarget rows, KeyTarget keys, KeyedTable<?> rules, TableShape table, Write write, boolean patient,
                       Function<FoundKey, Decided<String>> decision, Consumer<KeyWrite> history) {
        this.history = history;
        this.rows = rows;
        this.keys = keys;
        this.rules = rules;
        this.table = table;
        this.write = write;
        this.patient = patient;
        this.decision = decision;
        this.state = patient ? State.LOCK : State.TABLE;
    }

    /** Takes one step; false when it is done. */
    public boolean step() throws SQLException {
        switch (state) {
            case LOCK -> {
                keys.lockTable(table);
                state = State.TABLE;
            }
            case TABLE -> {
                String truncated = rules.truncated(keys.tableState(table.id()), write);
                keys.keep(table.id(), RowKey.ALL, new Kept<>(truncated, null, false, false));
                state = State.KEYS;
            }
            case KEYS -> {
                left.addAll(keys.keys(table));
                state = State.EACH;
            }
            case EACH -> each();
            case DONE -> { }
        }
        return state != State.DONE;
    }

    private void each() throws SQLException {
        if (each == null) {
            Row next = left.poll();
            if (next == null) {
                state = State.DONE;
                return;
            }
            each = new KeyWrite(rows, keys, table, next, patient, decision);
        }
        if (!each.step()) {
            history.accept(each);
            each = null;
        }
    }
}
