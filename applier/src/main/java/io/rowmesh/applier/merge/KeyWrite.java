package io.rowmesh.applier.merge;

import io.rowmesh.rules.keystate.Decided;
import io.rowmesh.rules.keystate.Image;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableShape;

import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Does one decision about a key whose state is kept, one statement a {@link #step}: finds what stands, decides, keeps the state,
 * writes the row. The caller holds the key's lock. A lane holds the row before it decides and waits for who has it; the capture
 * never waits for a user's transaction: what it cannot hold at once has a later writer, whom it will meet.
 */
public final class KeyWrite {

    private enum State { HOLD, FIND, HOLD_IF_FREE, KEEP, SHOW, DONE }

    private final MergeTarget rows;
    private final KeyTarget keys;
    private final TableShape table;
    private final Row key;
    private final boolean patient;
    private final Function<FoundKey, Decided<String>> decision;
    private final Predicate<FoundKey> wanted;
    private State state;
    private boolean held;
    private FoundKey found;
    private Decided<String> decided;
    private FoundKey first;
    private boolean written;

    /** @param patient whether it waits for who holds the row */
    public KeyWrite(MergeTarget rows, KeyTarget keys, TableShape table, Row key, boolean patient,
                    Function<FoundKey, Decided<String>> decision) {
        this(rows, keys, table, key, patient, decision, found -> true);
    }

    /** @param wanted whether there is anything to decide still */
    public KeyWrite(MergeTarget rows, KeyTarget keys, TableShape table, Row key, boolean patient,
                    Function<FoundKey, Decided<String>> decision, Predicate<FoundKey> wanted) {
        this.wanted = wanted;
        this.rows = rows;
        this.keys = keys;
        this.table = table;
        this.key = key;
        this.patient = patient;
        this.decision = decision;
        this.state = patient ? State.HOLD : State.FIND;
    }

    /**
     * Takes one step.
     *
     * @return false when it is done
     * @throws SQLException as the database refuses it
     */
    public boolean step() throws SQLException {
        state = switch (state) {
            case HOLD -> hold();
            case FIND -> find();
            case HOLD_IF_FREE -> holdIfFree();
            case KEEP -> keep();
            case SHOW -> show();
            case DONE -> State.DONE;
        };
        return state != State.DONE;
    }

    private State hold() throws SQLException {
        held = rows.hold(new RowChange.Delete(table, key));
        return State.FIND;
    }

    private State find() throws SQLException {
        found = keys.find(table, key);
        if (patient && !held && found.stored().row() != null) {
            return State.HOLD;
        }
        if (!wanted.test(found)) {
            return State.DONE;
        }
        first = first == null ? found : first;
        decided = decidedOf(decision.apply(found));
        boolean holds = !patient && found.stored().row() != null
                && !(decided.show() instanceof Decided.Leave);
        return holds ? State.HOLD_IF_FREE : State.KEEP;
    }

    /** Where it is decided once more, as a row has come meanwhile, the write is in what is kept already: what it met was told before. */
    private Decided<String> decidedOf(Decided<String> now) {
        return decided == null ? now : new Decided<>(now.kept(), now.show(), decided.met());
    }

    private State holdIfFree() throws SQLException {
        if (!keys.holdIfFree(table, key, found.xmin())) {
            leave();
        }
        return State.KEEP;
    }

    /** Somebody else is at the row: whoever it is leaves it to the capture or to {@code settle}. */
    private void leave() {
        decided = new Decided<>(decided.kept().leftWaiting(), new Decided.Leave(), decided.met());
    }

    private State keep() throws SQLException {
        keys.keep(table.id(), RowKey.of(table, key), decided.kept());
        return decided.show() instanceof Decided.Leave ? State.DONE : State.SHOW;
    }

    private State show() throws SQLException {
        if (decided.show() instanceof Decided.Remove) {
            rows.remove(new RowChange.Delete(table, key));
        } else if (decided.show() instanceof Decided.Put put && !put(put.row())) {
            // A local transaction has inserted the row meanwhile: now there is one to hold, and to be looked at anew.
            if (patient) {
                return State.HOLD;
            }
            leave();
            return State.KEEP;
        }
        written = true;
        return State.DONE;
    }

    private boolean put(Image image) throws SQLException {
        Row row = row(image);
        if (found.stored().row() == null) {
            return rows.insert(table, row);
        }
        Set<String> columns = new TreeSet<>(image.values().keySet());
        rows.update(table, row, columns);
        return true;
    }

    /** In the table's shape; a column that the state does not name is left as it is. */
    private Row row(Image image) {
        String[] values = new String[table.columns().size()];
        for (int i = 0; i < values.length; i++) {
            Column column = table.columns().get(i);
            String here = found.stored().row() == null ? null : found.stored().row().values().get(column.name());
            values[i] = image.values().containsKey(column.name()) ? image.values().get(column.name()) : here;
        }
        return new Row(values);
    }

    /** Whether a row was changed. */
    public boolean written() {
        return written;
    }

    /** What stood before; valid once it is done. */
    public FoundKey found() {
        return first;
    }

    /** Canonical. */
    public String rowKey() {
        return RowKey.of(table, key);
    }

    /** What was decided; valid once it is done. */
    public Decided<String> decided() {
        return decided;
    }
}
