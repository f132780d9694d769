package io.rowmesh.applier.write;

import io.rowmesh.applier.merge.FoundKey;
import io.rowmesh.applier.merge.KeptKeys;
import io.rowmesh.applier.merge.KeyTarget;
import io.rowmesh.applier.merge.KeyWrite;
import io.rowmesh.applier.merge.KeyedTable;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableShape;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes rows that were left as they were and that no capture will meet, and drops states that nothing in flight can need
 * (convergence rules 12 and 14). Works in rounds: note what is kept and which transactions run; once they have ended note where
 * the log is; once the capture is past that, look at each key that was not kept anew meanwhile. Over the session of
 * {@link LocalRepairs}, between its repairs; one statement a step.
 */
public final class KeptRounds {

    private static final int KEYS = 500;

    private enum State { BEGIN, RUNNING, PASSING, LOCK, LOOK, WRITE, COMMIT, DONE }

    private final WriteContext context;
    /** Null where nothing is kept of any key. */
    private final KeyTarget keys;
    private State state = State.BEGIN;
    private long cursor;
    private KeptKeys round;
    private long end;
    private long joined;
    private long settled;
    private Seen settledEverywhere;
    private final Deque<KeptKeys.Each> left = new ArrayDeque<>();
    private KeyLocks.Held held;
    private KeyWrite write;

    public KeptRounds(WriteContext context) {
        this.context = context;
        this.keys = context.target().holdsOnlyRows() ? null : context.target().keys();
    }

    /**
     * Takes one step.
     *
     * @param captured the log position (LSN) up to which the capture has met everything, and what it met is joined
     * @param last     the sequence of the last transaction that it met
     * @return false when nothing more can be done now
     */
    public boolean step(long captured, long last) throws SQLException {
        if (keys == null) {
            return false;
        }
        State before = state;
        state = switch (state) {
            case BEGIN -> begin(last);
            case RUNNING -> awaitRunning();
            case PASSING -> pass(captured);
            case LOCK -> lock();
            case LOOK -> look();
            case WRITE -> write();
            case COMMIT -> commit();
            case DONE -> State.BEGIN;
        };
        return before != State.DONE && (state != before || state == State.LOOK || state == State.WRITE);
    }

    private State begin(long last) throws SQLException {
        joined = last;
        round = keys.kept(cursor, KEYS);
        context.target().commit();
        cursor = round.keys().size() < KEYS ? 0 : round.keys().get(KEYS - 1).recorded();
        return State.RUNNING;
    }

    private State awaitRunning() throws SQLException {
        boolean ended = keys.oldestRunning() >= round.running();
        end = ended ? keys.logEnd() : 0;
        context.target().commit();
        return ended ? State.PASSING : State.RUNNING;
    }

    private State pass(long captured) throws SQLException {
        if (Long.compareUnsigned(captured, end) < 0) {
            return State.PASSING;
        }
        keys.capturedBefore(round.running());
        settledEverywhere = keys.settledEverywhere();
        settled = joined;
        context.target().commit();
        left.addAll(round.keys());
        return State.LOCK;
    }

    private State lock() {
        if (left.isEmpty()) {
            return State.DONE;
        }
        if (held == null) {
            held = locks();
        }
        context.waiting().forLocks(held);
        return State.LOOK;
    }

    private KeyLocks.Held locks() {
        return left.stream().anyMatch(each -> each.texts() == null) ? context.locks().ofAll()
                : context.locks().of(left.stream().map(each -> new TableKey(each.table(), each.key())).toList());
    }

    private State look() throws SQLException {
        KeptKeys.Each each = left.peek();
        if (each == null) {
            return State.COMMIT;
        }
        KeyedTable<?> table = KeyedTable.keeps(context.options().rules().apply(each.table()))
                ? KeyedTable.of(context.options().rules().apply(each.table())) : null;
        if (table == null) {
            left.poll();
        } else if (each.texts() == null) {
            left.poll();
            dropOfTable(each, table);
        } else if (each.waiting()) {
            write = settling(each, table);
            return State.WRITE;
        } else {
            left.poll();
            drop(each, table);
        }
        return State.LOOK;
    }

    private void dropOfTable(KeptKeys.Each each, KeyedTable<?> table) throws SQLException {
        String truncates = keys.tableState(each.table());
        if (truncates != null && table.stable(truncates, settledEverywhere)) {
            keys.forget(each.table(), RowKey.ALL);
        }
    }

    private void drop(KeptKeys.Each each, KeyedTable<?> table) throws SQLException {
        TableShape shape = keys.shape(each.table());
        FoundKey found = keys.find(shape, key(shape, each));
        if (found.recorded() == each.recorded() && table.droppable(found, settledEverywhere)) {
            keys.forget(each.table(), each.key());
        }
    }

    private KeyWrite settling(KeptKeys.Each each, KeyedTable<?> table) throws SQLException {
        TableShape shape = keys.shape(each.table());
        context.target().savepoint();
        return new KeyWrite(context.target().merges(), keys, shape, key(shape, each), false, found -> table.settle(found),
                found -> found.kept() != null && found.recorded() == each.recorded());
    }

    private static Row key(TableShape shape, KeptKeys.Each each) {
        return shape.keyOnly(each.texts().toArray(String[]::new));
    }

    /** What the database still refuses waits for the next round. */
    private State write() throws SQLException {
        try {
            if (write.step()) {
                return State.WRITE;
            }
            context.target().releaseSavepoint();
        } catch (SQLException e) {
            if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                throw e;
            }
            context.target().backToSavepoint();
            context.target().forgetTables();
        }
        left.poll();
        return State.LOOK;
    }

    private State commit() throws SQLException {
        context.target().commit();
        held.close();
        held = null;
        return State.DONE;
    }

    /** The sequence up to which the capture is past every local transaction that ran when it had met that one; 0 for none. */
    public long settled() {
        return settled;
    }

    /** Gives up, after an error and once the session is closed. */
    public void abandon() {
        if (held != null) {
            context.locks().giveUp(context.options().region(), held, state == State.COMMIT);
        }
    }
}
