package io.rowmesh.applier.write;

import io.rowmesh.applier.merge.KeyedTable;
import io.rowmesh.applier.merge.LocalDelete;
import io.rowmesh.applier.write.LocalNotes.Deleted;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this region's own writes need before they are shipped, over one session: the tombstones of local deletes and their
 * re-assertion (convergence rule 5), and a look at local writes that stand below a newer tombstone (rule 4b). Gathered by
 * {@link #onRows}, done by {@link #step}, one statement a call.
 */
public final class LocalRepairs {

    private final WriteContext context;
    private final Target target;
    private final LocalNotes notes;
    private final CapturedKeys kept;
    private final RepairHistory history;
    private final RepairSteps steps;
    private final UniqueRepairs uniques;
    private long wholeUpTo = Long.MAX_VALUE;

    public LocalRepairs(WriteContext context) {
        this.context = context;
        this.target = context.target();
        this.history = new RepairHistory(context);
        this.kept = new CapturedKeys(context, history);
        this.notes = new LocalNotes(context, kept);
        this.steps = new RepairSteps(context, history);
        this.uniques = new UniqueRepairs(context, steps);
    }

    /** To be done first: learns the tombstones that stand, and repeats every second look that a restart may have cut short. */
    public void start() {
        context.locks().settle(context.options().region());
        steps.lockAll();
        loadIndex();
        steps.add(() -> target.tablesWithTombstones().stream().filter(context.options().receives()).filter(this::hasTombstones)
                .forEach(this::planLookEverywhere));
        uniques.whereHidden();
        steps.commit();
        // Behind whatever the step before has added.
        steps.add(steps::free);
    }

    private void planLookEverywhere(TableId table) {
        if (uniques.covers(table)) {
            uniques.everywhere(table);
            return;
        }
        steps.repair(() -> history.add(table, target.deleteBelowTombstones(table)));
    }

    /**
     * A key that waits to be touched counts as the newest (convergence rule 7): it is shown, so that it can be touched, and once it was
     * touched decided by its version. To be called when {@link #step} has answered false; then {@link #step} until it does again.
     *
     * @param pending only tables in which the row of such a key is hidden; else all that have hidden rows
     */
    public void lookAtHidden(boolean pending) {
        if (pending) {
            uniques.lookAtPending();
        } else {
            uniques.lookAtAllHidden();
        }
    }

    /** Not of tables whose keys have states: what stands of them is from before such a rule. */
    private boolean hasTombstones(TableId table) {
        return !KeyedTable.keeps(context.options().rules().apply(table));
    }

    /**
     * Notes a piece of a captured local transaction. To be called again with the same rows when it failed.
     *
     * @param sequence the number it will have when it is shipped
     * @param xid      its transaction number in the local database, 32 bits
     */
    public void onRows(Version version, int epochOfLog, long sequence, long xid, List<RowChange> changes) throws SQLException {
        onRows(version, epochOfLog, sequence, xid, null, changes);
    }

    /** @param seen what the transaction had seen of other regions, exact in the order of the log; null when that is not known */
    public void onRows(Version version, int epochOfLog, long sequence, long xid, Seen seen, List<RowChange> changes) throws SQLException {
        notes.add(version, epochOfLog, sequence, xid, seen, changes);
        if (kept.noted() >= LocalNotes.FLUSH_AT) {
            wholeUpTo = sequence - 1;
            run();
            wholeUpTo = Long.MAX_VALUE;
        }
        if (notes.crowded()) {
            run();
        }
    }

    /** Does everything that was gathered. @param last the sequence of the last transaction that is here whole */
    void run(long last) throws SQLException {
        wholeUpTo = last;
        run();
        wholeUpTo = Long.MAX_VALUE;
    }

    /** Does everything that was gathered, of whole transactions. */
    void run() throws SQLException {
        while (step()) {
            continue;
        }
    }

    /**
     * One statement, or one attempt at what must be waited for. Afterwards no call of {@link #onRows} until it answers false.
     *
     * @return false when nothing is left to do: every delete that was noted has its durable tombstone
     */
    public boolean step() throws SQLException {
        if (steps.isEmpty()) {
            plan();
        }
        return steps.step();
    }

    private void plan() {
        if (!notes.deletes().isEmpty()) {
            planReassertion(notes.deletes());
        } else if (!notes.counted().isEmpty()) {
            planCounted(notes.counted());
        } else if (kept.noted() >= LocalNotes.FLUSH_AT || kept.anyWhole(wholeUpTo)) {
            planKept();
        } else if (!notes.belowTombstones().isEmpty()) {
            planLook(notes.belowTombstones());
        } else if (!notes.unique().isEmpty()) {
            uniques.ofWritten(notes.unique());
        } else if (context.tombstones().crowded()) {
            steps.lockAll();
            loadIndex();
            steps.free();
        }
    }

    private void planReassertion(Map<TableKey, Deleted> deletes) {
        steps.lock(deletes.keySet());
        steps.add(() -> {
            context.tombstones().add(deletes.keySet());
            target.recordTombstones(notes.epoch(), deletes.entrySet().stream()
                    .map(e -> new Tombstones.Dated(e.getKey(), e.getValue().delete().version().commitMicros(),
                            e.getValue().delete().sequence())).toList());
        });
        steps.commit();
        planDeletesOfOlderRows(deletes, false);
        // The second look: what an uncommitted insert hid from the first (rule 4c).
        planDeletesOfOlderRows(deletes, true);
        steps.free();
        steps.add(() -> {
            deletes.clear();
            Step.REASSERTED.reached();
        });
    }

    /** @param last whether to note also what stands: rows of other regions that came before the tombstone, and are newer */
    private void planDeletesOfOlderRows(Map<TableKey, Deleted> deletes, boolean last) {
        Map<TableId, List<Deleted>> byTable = new LinkedHashMap<>();
        deletes.forEach((key, deleted) -> byTable.computeIfAbsent(key.table(), t -> new ArrayList<>()).add(deleted));
        byTable.forEach((table, deleted) -> {
            List<Deleted> keyed = deleted.stream().filter(each -> !each.isTruncate()).toList();
            List<Deleted> truncates = deleted.stream().filter(Deleted::isTruncate).toList();
            if (!uniques.covers(table)) {
                planDeletesOfOlderRows(table, keyed, last);
                planDeletesOfOlderRows(table, truncates, last);
            } else {
                List<String[]> keys = truncates.isEmpty() ? keyed.stream().map(Deleted::texts).toList() : null;
                uniques.after(table, keys, last ? deleted.stream().map(each -> each.delete().version()).toList() : List.of());
            }
        });
    }

    private void planDeletesOfOlderRows(TableId table, List<Deleted> deleted, boolean last) {
        if (deleted.isEmpty()) {
            return;
        }
        List<PastDelete> past = deleted.stream().map(Deleted::delete).toList();
        steps.addTolerant(() -> history.add(table, target.deleteOlder(table, past)));
        if (last) {
            steps.addTolerant(() -> history.add(table, target.standingOver(table, past)));
        }
        steps.commitWithHistory();
    }

    private void planCounted(Set<LocalDelete> counted) {
        steps.lock(counted.stream().map(delete -> new TableKey(delete.table(), delete.key())).toList());
        steps.add(() -> target.merges().recordLocalDeletes(notes.epoch(), List.copyOf(counted)));
        steps.commit();
        steps.free();
        steps.add(counted::clear);
    }

    private void planKept() {
        steps.lock(kept.keys());
        steps.add(kept::begin);
        steps.add(this::stepKept);
    }

    private void stepKept() throws SQLException {
        if (kept.step(wholeUpTo)) {
            steps.add(this::stepKept);
            return;
        }
        steps.commitWithHistory();
        steps.free();
        steps.add(() -> kept.done(wholeUpTo));
    }

    private void planLook(Set<TableKey> belowTombstones) {
        Map<TableId, List<String>> byTable = new LinkedHashMap<>();
        belowTombstones.forEach(key -> byTable.computeIfAbsent(key.table(), t -> new ArrayList<>()).add(key.key()));
        steps.lock(belowTombstones);
        byTable.forEach((table, keys) -> steps.repair(() -> history.add(table, target.deleteBelowTombstones(table, keys))));
        steps.free();
        steps.add(belowTombstones::clear);
    }

    private void loadIndex() {
        steps.add(() -> target.loadTombstones(context.tombstones()));
        steps.commit();
    }

    /** Why the last conflicts that were met here do not stand in the history, null when they do. */
    String historyRefused() {
        return history.refused();
    }

    /** Gives up, after an error and once the session is closed. What was gathered is gathered anew, from the log. */
    public void abandon() {
        steps.abandon();
    }
}
