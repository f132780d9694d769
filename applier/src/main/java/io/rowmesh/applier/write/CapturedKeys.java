package io.rowmesh.applier.write;

import io.rowmesh.applier.merge.FoundKey;
import io.rowmesh.applier.merge.KeyTruncate;
import io.rowmesh.applier.merge.KeyWrite;
import io.rowmesh.applier.merge.KeyedTable;
import io.rowmesh.rules.keystate.Decided;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Captured local writes of tables whose rules keep a state of each key: gathered by key, joined into the states, and the rows
 * written from them where no later local write stands. Joined before they are shipped; under the node's own origin.
 */
final class CapturedKeys {

    private final WriteContext context;
    private final RepairHistory history;
    private final Map<TableKey, Gathered> gathered = new LinkedHashMap<>();
    private final Deque<Gathered> left = new ArrayDeque<>();
    private KeyWrite write;
    private KeyTruncate truncate;
    private boolean behindSavepoint;
    private int noted;

    private record Gathered(TableShape table, Row key, long sequence, List<Write> writes) {
    }

    /** @param history what is to be told of them */
    CapturedKeys(WriteContext context, RepairHistory history) {
        this.context = context;
        this.history = history;
    }

    /** Notes a change of a transaction that is visible. */
    void note(Write write) {
        noted++;
        TableKey key = TableKey.of(write.change());
        Gathered before = gathered.get(key);
        List<Write> writes = before == null ? new ArrayList<>() : before.writes();
        writes.add(write);
        gathered.put(key, new Gathered(write.change().table(), RowChange.keyImage(write.change()), write.stamp().sequence(), writes));
    }

    /** How many changes were noted since all was done last. */
    int noted() {
        return noted;
    }

    Collection<TableKey> keys() {
        return List.copyOf(gathered.keySet());
    }

    /** Begins to do what is gathered: then {@link #step} until it answers false. */
    void begin() throws SQLException {
        context.target().keys().durable();
        left.clear();
        left.addAll(gathered.values());
        write = null;
        truncate = null;
    }

    /**
     * One statement.
     *
     * @param wholeUpTo the sequence of the last transaction that is here whole
     */
    boolean step(long wholeUpTo) throws SQLException {
        if (write == null && truncate == null && !open(wholeUpTo)) {
            return false;
        }
        if (truncate != null) {
            truncate = truncate.step() ? truncate : null;
        } else {
            stepWrite(wholeUpTo);
        }
        return true;
    }

    private boolean open(long wholeUpTo) throws SQLException {
        Gathered next = left.peek();
        if (next == null) {
            return false;
        }
        KeyedTable<?> table = KeyedTable.of(context.options().rules().apply(next.table().id()));
        Function<FoundKey, Decided<String>> decision = found -> table.capture(found, next.writes(), next.sequence() <= wholeUpTo);
        Target target = context.target();
        if (next.key() == null) {
            left.poll();
            Write last = next.writes().get(next.writes().size() - 1);
            truncate = new KeyTruncate(target.merges(), target.keys(), table, next.table(), last, false, decision,
                    each -> history.add(next.table().id(), each));
            return true;
        }
        target.savepoint();
        behindSavepoint = true;
        write = new KeyWrite(target.merges(), target.keys(), next.table(), next.key(), false, decision);
        return true;
    }

    /** What the database refuses to show must stop neither the capture nor the joining. */
    private void stepWrite(long wholeUpTo) throws SQLException {
        try {
            if (write.step()) {
                return;
            }
            if (behindSavepoint) {
                context.target().releaseSavepoint();
            }
            history.add(left.poll().table().id(), write);
        } catch (SQLException e) {
            if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW || !behindSavepoint) {
                throw e;
            }
            context.target().backToSavepoint();
            context.target().forgetTables();
            Gathered refused = left.poll();
            Decided<String> decided = write.decided();
            if (decided != null) {
                history.add(refused.table().id(), write);
                context.target().keys().keep(refused.table().id(), TableKey.of(refused.writes().get(0).change()).key(),
                        decided.kept().leftWaiting());
            }
        }
        write = null;
        behindSavepoint = false;
    }

    /** All is done and committed. Of a transaction that goes on the last write of each key is done once more when it is whole. */
    void done(long wholeUpTo) {
        List<Gathered> goingOn = gathered.values().stream().filter(each -> each.sequence() > wholeUpTo && each.key() != null).toList();
        gathered.clear();
        noted = 0;
        for (Gathered each : goingOn) {
            List<Write> last = new ArrayList<>(each.writes().subList(each.writes().size() - 1, each.writes().size()));
            gathered.put(TableKey.of(last.get(0).change()), new Gathered(each.table(), each.key(), each.sequence(), last));
        }
    }

    /** Whether anything is to be done that needs no more of its transaction. */
    boolean anyWhole(long wholeUpTo) {
        return gathered.values().stream().anyMatch(each -> each.sequence() <= wholeUpTo);
    }
}
