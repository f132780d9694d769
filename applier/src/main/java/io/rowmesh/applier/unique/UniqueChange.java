package io.rowmesh.applier.unique;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** One change as a lane writes it, one statement a {@link #step}. What is shown is decided once the whole transaction is written. */
public final class UniqueChange {

    private enum State { UPSERT, BURY, CLEAR, LOCK, KEYS, EACH, DONE }

    private final UniqueTarget target;
    private final TransactionHeader header;
    private final RowChange change;
    private final Consumer<FoundUnique> truncated;
    private final Deque<Row> keys = new ArrayDeque<>();
    private State state;
    private UniqueUpsert upsert;
    private UniqueClear clear;
    private boolean written;

    /** @param truncated is given what a truncate finds at each key */
    public UniqueChange(UniqueTarget target, TransactionHeader header, RowChange change, Consumer<FoundUnique> truncated) {
        this.truncated = truncated;
        this.target = target;
        this.header = header;
        this.change = change;
        this.state = switch (change.kind()) {
            case INSERT, UPDATE -> State.UPSERT;
            case DELETE -> State.BURY;
            case TRUNCATE -> State.LOCK;
        };
        this.upsert = state == State.UPSERT ? new UniqueUpsert(target, header, change.table(), RowChange.keyImage(change)) : null;
    }

    /** Takes one step; false when it is done. */
    public boolean step() throws SQLException {
        state = switch (state) {
            case UPSERT -> upsert();
            case BURY -> bury();
            case CLEAR -> clear();
            case LOCK -> lock();
            case KEYS -> keys();
            case EACH -> each();
            case DONE -> State.DONE;
        };
        return state != State.DONE;
    }

    private State upsert() throws SQLException {
        if (upsert.step()) {
            return State.UPSERT;
        }
        written = upsert.written();
        return State.DONE;
    }

    private State bury() throws SQLException {
        Row key = RowChange.keyImage(change);
        target.bury(header, change.table(), key);
        clear = new UniqueClear(target, header, change.table(), key);
        return State.CLEAR;
    }

    private State clear() throws SQLException {
        if (clear.step()) {
            return State.CLEAR;
        }
        written = clear.removed();
        return State.DONE;
    }

    private State lock() throws SQLException {
        target.lockTable(change.table());
        return State.KEYS;
    }

    private State keys() throws SQLException {
        target.bury(header, change.table(), null);
        keys.addAll(target.keys(change.table()));
        return State.EACH;
    }

    private State each() throws SQLException {
        if (clear == null) {
            if (keys.isEmpty()) {
                written = true;
                return State.DONE;
            }
            clear = new UniqueClear(target, header, change.table(), keys.poll());
        }
        if (!clear.step()) {
            truncated.accept(clear.found());
            clear = null;
        }
        return State.EACH;
    }

    /** Whether it was the newest write of its key. */
    public boolean written() {
        return written;
    }

    /** What stood at its key before; null for a truncate. */
    public FoundUnique found() {
        return upsert != null ? upsert.found() : change.kind() == RowChange.Kind.DELETE ? clear.found() : null;
    }
}
