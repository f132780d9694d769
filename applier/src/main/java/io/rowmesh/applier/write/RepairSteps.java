package io.rowmesh.applier.write;

import io.rowmesh.applier.unique.UniqueRepair;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/** What the repairs of one session have to do, in order and one statement at a time, and the key locks under which they do it. */
final class RepairSteps {

    private final WriteContext context;
    private final Target target;
    private final RepairHistory history;
    private final Deque<SqlStep> steps = new ArrayDeque<>();
    /** The first step has not done all of its part. */
    private boolean again;
    private KeyLocks.Held held;
    private boolean committing;

    interface SqlStep {
        void run() throws SQLException;
    }

    RepairSteps(WriteContext context, RepairHistory history) {
        this.context = context;
        this.target = context.target();
        this.history = history;
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    /** Takes the first step, if there is one. */
    boolean step() throws SQLException {
        SqlStep first = steps.peekFirst();
        if (first == null) {
            return false;
        }
        again = false;
        first.run();
        if (!again) {
            steps.removeFirst();
        }
        return true;
    }

    void add(SqlStep step) {
        steps.add(step);
    }

    void lockAll() {
        lock(context.locks().ofAll());
    }

    void lock(Collection<TableKey> keys) {
        lock(keys.stream().anyMatch(TableKey::isWholeTable) ? context.locks().ofAll() : context.locks().of(keys));
    }

    private void lock(KeyLocks.Held wanted) {
        held = wanted;
        add(() -> context.waiting().forLocks(wanted));
    }

    /** Frees the locks. */
    void free() {
        add(() -> held.close());
    }

    void commit() {
        add(() -> {
            committing = true;
            target.commit();
            committing = false;
        });
    }

    /** A statement that deletes rows, what the history has to tell of them, and the commit. */
    void repair(SqlStep repair) {
        addTolerant(repair);
        commitWithHistory();
    }

    /** In a transaction of its own. */
    void repair(UniqueRepair repair) {
        addTolerant(() -> {
            again = repair.step();
            if (!again) {
                history.add(repair);
            }
        });
        commitWithHistory();
    }

    void commitWithHistory() {
        add(history::write);
        commit();
    }

    /** A table that was dropped or changed has no rows that a tombstone speaks of: that must not stop the capture. */
    void addTolerant(SqlStep step) {
        add(() -> {
            try {
                step.run();
            } catch (SQLException e) {
                if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                    throw e;
                }
                target.rollback();
                target.forgetTables();
                history.forget();
            }
        });
    }

    /** Gives up, after an error and once the session is closed. Whether a commit under way takes place is known once the next one begins. */
    void abandon() {
        if (held != null) {
            context.locks().giveUp(context.options().region(), held, committing);
        }
    }
}
