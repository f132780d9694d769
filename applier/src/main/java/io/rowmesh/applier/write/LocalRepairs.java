package io.rowmesh.applier.write;

import io.rowmesh.applier.merge.KeyedTable;
import io.rowmesh.applier.merge.LocalDelete;
import io.rowmesh.applier.unique.UniqueRepair;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this region's own writes need before they are shipped, over one session: the tombstones of local deletes and their
 * re-assertion (convergence rule 5), and a look at local writes that stand below a newer tombstone (rule 4b). Gathered by
 * {@link #onRows}, done by {@link #step}, one statement a call.
 */
public final class LocalRepairs {

    private static final int FLUSH_AT = 5_000;

    private final WriteContext context;
    private final Target target;
    private final Map<TableKey, Deleted> deletes = new LinkedHashMap<>();
    private final Set<TableKey> belowTombstones = new LinkedHashSet<>();
    /** Deletes of tables with counters, whose sequences are known now. */
    private final Set<LocalDelete> counted = new LinkedHashSet<>();
    /** Writes of tables whose rules keep a state of each key. */
    private final CapturedKeys kept;
    private final RepairHistory history;
    /** Tables under unique: newest-wins that were written, and keys that may stand below a tombstone. */
    private final Map<TableId, List<String[]>> unique = new LinkedHashMap<>();
    /** The first step has not done all of its part. */
    private boolean again;
    private long wholeUpTo = Long.MAX_VALUE;
    private long lastXid = -1;
    private long position;
    private final Deque<SqlStep> steps = new ArrayDeque<>();
    private int epoch;
    private KeyLocks.Held held;

    /** @param texts of the key columns; null for a truncate */
    private record Deleted(String[] texts, PastDelete delete) {

        boolean isTruncate() {
            return texts == null;
        }
    }

    private interface SqlStep {
        void run() throws SQLException;
    }

    public LocalRepairs(WriteContext context) {
        this.context = context;
        this.target = context.target();
        this.history = new RepairHistory(context);
        this.kept = new CapturedKeys(context, history);
    }

    /** To be done first: learns the tombstones that stand, and repeats every second look that a restart may have cut short. */
    public void start() {
        lock(context.locks().ofAll());
        loadIndex();
        steps.add(() -> target.tablesWithTombstones().stream().filter(context.options().receives()).filter(this::hasTombstones).forEach(table -> {
            if (isUnique(table)) {
                repair(UniqueRepair.everywhere(target.uniques(), table));
                return;
            }
            planRepair(() -> history.add(table, target.deleteBelowTombstones(table)));
        }));
        steps.add(() -> target.uniques().tablesWithHidden(false).stream().filter(this::isUnique)
                .forEach(table -> repair(UniqueRepair.everywhere(target.uniques(), table))));
        steps.add(target::commit);
        // Behind whatever the step before has added.
        steps.add(() -> steps.add(this::free));
    }

    /**
     * A key that waits to be touched counts as the newest (convergence rule 7): it is shown, so that it can be touched, and once it was
     * touched decided by its version. To be called when {@link #step} has answered false; then {@link #step} until it does again.
     *
     * @param pending only tables in which the row of such a key is hidden; else all that have hidden rows
     */
    public void lookAtHidden(boolean pending) {
        steps.add(() -> {
            List<TableId> tables = target.uniques().tablesWithHidden(pending).stream().filter(this::isUnique).toList();
            if (!tables.isEmpty()) {
                lock(tables.stream().map(table -> new TableKey(table, "")).toList());
                tables.forEach(table -> repair(UniqueRepair.at(target.uniques(), table, List.of())));
                steps.add(this::free);
            }
        });
        steps.add(target::commit);
    }

    private boolean isUnique(TableId table) {
        return context.options().rules().apply(table).newestOfUnique();
    }

    /** In a transaction of its own. */
    private void repair(UniqueRepair repair) {
        steps.add(tolerant(() -> again = repair.step()));
        steps.add(target::commit);
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
        epoch = epochOfLog;
        position = xid == lastXid ? position : 0;
        lastXid = xid;
        for (RowChange change : changes) {
            position++;
            if (context.options().receives().test(change.table().id())) {
                if (KeyedTable.keeps(context.options().rules().apply(change.table().id()))) {
                    noteKept(version, sequence, xid, seen, change);
                } else {
                    note(version, sequence, xid, change);
                }
            }
        }
        if (kept.noted() >= FLUSH_AT) {
            wholeUpTo = sequence - 1;
            run();
            wholeUpTo = Long.MAX_VALUE;
        }
        if (deletes.size() >= FLUSH_AT || belowTombstones.size() >= FLUSH_AT || counted.size() >= FLUSH_AT
                || unique.values().stream().anyMatch(keys -> keys.size() >= FLUSH_AT)) {
            run();
        }
    }

    private void note(Version version, long sequence, long xid, RowChange change) throws SQLException {
        TableKey key = TableKey.of(change);
        if (context.options().rules().apply(key.table()).counts()) {
            noteCounted(key, sequence, xid, change.kind());
            return;
        }
        switch (change.kind()) {
            case DELETE, TRUNCATE -> {
                if (isUnique(key.table())) {
                    // What it had hidden is looked for among the rows that others see.
                    target.awaitVisible(xid);
                }
                String[] texts = key.isWholeTable() ? null : LookAgain.keyTexts(change);
                deletes.remove(key);
                deletes.put(key, new Deleted(texts, new PastDelete(key.key(), version, epoch, sequence)));
            }
            case INSERT, UPDATE -> {
                // Only once others see the row does a tombstone written later know of it; so first this, then the question.
                target.awaitVisible(xid);
                boolean mayBeBelow = context.tombstones().mayContain(key);
                if (isUnique(key.table())) {
                    List<String[]> keys = unique.computeIfAbsent(key.table(), t -> new ArrayList<>());
                    if (mayBeBelow) {
                        keys.add(LookAgain.keyTexts(change));
                    }
                } else if (mayBeBelow) {
                    belowTombstones.add(key);
                }
            }
        }
    }

    /** A key that states are kept of needs no tombstone and no look: the capture writes the row from the joined state. */
    private void noteKept(Version version, long sequence, long xid, Seen seen, RowChange change) throws SQLException {
        target.awaitVisible(xid);
        Seen own = seen == null ? null : seen.with(version.origin(), epoch, sequence);
        kept.note(new Write(new Stamp(version, epoch, sequence, position), own, change, true));
    }

    /** Counters need no tombstone and no look: the table's trigger has told of the delete before anybody could judge the key. */
    private void noteCounted(TableKey key, long sequence, long xid, RowChange.Kind kind) throws SQLException {
        if (kind.removes()) {
            // What the trigger noted is there only once the transaction is visible.
            target.awaitVisible(xid);
            counted.add(new LocalDelete(key.table(), key.key(), sequence, xid));
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

    private void plan() {
        if (!deletes.isEmpty()) {
            planReassertion();
        } else if (!counted.isEmpty()) {
            planCounted();
        } else if (kept.noted() >= FLUSH_AT || kept.anyWhole(wholeUpTo)) {
            planKept();
        } else if (!belowTombstones.isEmpty()) {
            planLook();
        } else if (!unique.isEmpty()) {
            planUnique();
        } else if (context.tombstones().crowded()) {
            lock(context.locks().ofAll());
            loadIndex();
            steps.add(this::free);
        }
    }

    private void planReassertion() {
        lock(deletes.keySet());
        steps.add(() -> {
            context.tombstones().add(deletes.keySet());
            target.recordTombstones(epoch, deletes.entrySet().stream()
                    .map(e -> new Tombstones.Dated(e.getKey(), e.getValue().delete().version().commitMicros(),
                            e.getValue().delete().sequence())).toList());
        });
        steps.add(target::commit);
        planDeletesOfOlderRows(false);
        // The second look: what an uncommitted insert hid from the first (rule 4c).
        planDeletesOfOlderRows(true);
        steps.add(this::free);
        steps.add(() -> {
            deletes.clear();
            Step.REASSERTED.reached();
        });
    }

    /** @param last whether to note also what stands: rows of other regions that came before the tombstone, and are newer */
    private void planDeletesOfOlderRows(boolean last) {
        Map<TableId, List<Deleted>> byTable = new LinkedHashMap<>();
        deletes.forEach((key, deleted) -> byTable.computeIfAbsent(key.table(), t -> new ArrayList<>()).add(deleted));
        byTable.forEach((table, deleted) -> {
            List<Deleted> keyed = deleted.stream().filter(each -> !each.isTruncate()).toList();
            List<Deleted> truncates = deleted.stream().filter(Deleted::isTruncate).toList();
            if (isUnique(table)) {
                repair(truncates.isEmpty() ? UniqueRepair.at(target.uniques(), table, keyed.stream().map(Deleted::texts).toList())
                        : UniqueRepair.everywhere(target.uniques(), table));
                return;
            }
            planDeletesOfOlderRows(table, keyed, last);
            planDeletesOfOlderRows(table, truncates, last);
        });
    }

    private void planDeletesOfOlderRows(TableId table, List<Deleted> deleted, boolean last) {
        if (deleted.isEmpty()) {
            return;
        }
        List<PastDelete> past = deleted.stream().map(Deleted::delete).toList();
        steps.add(tolerant(() -> history.add(table, target.deleteOlder(table, past))));
        if (last) {
            steps.add(tolerant(() -> history.add(table, target.standingOver(table, past))));
        }
        planHistoryAndCommit();
    }

    /** A statement that deletes rows, what the history has to tell of them, and the commit. */
    private void planRepair(SqlStep repair) {
        steps.add(tolerant(repair));
        planHistoryAndCommit();
    }

    private void planHistoryAndCommit() {
        steps.add(history::write);
        steps.add(target::commit);
    }

    private void planCounted() {
        lock(counted.stream().map(delete -> new TableKey(delete.table(), delete.key())).toList());
        steps.add(() -> target.merges().recordLocalDeletes(epoch, List.copyOf(counted)));
        steps.add(target::commit);
        steps.add(this::free);
        steps.add(counted::clear);
    }

    private void planKept() {
        lock(kept.keys());
        steps.add(kept::begin);
        steps.add(this::stepKept);
    }

    private void stepKept() throws SQLException {
        if (kept.step(wholeUpTo)) {
            steps.add(this::stepKept);
            return;
        }
        planHistoryAndCommit();
        steps.add(this::free);
        steps.add(() -> kept.done(wholeUpTo));
    }

    private void planLook() {
        Map<TableId, List<String>> byTable = new LinkedHashMap<>();
        belowTombstones.forEach(key -> byTable.computeIfAbsent(key.table(), t -> new ArrayList<>()).add(key.key()));
        lock(belowTombstones);
        byTable.forEach((table, keys) -> planRepair(() -> history.add(table, target.deleteBelowTombstones(table, keys))));
        steps.add(this::free);
        steps.add(belowTombstones::clear);
    }

    private void planUnique() {
        lock(unique.keySet().stream().map(table -> new TableKey(table, "")).toList());
        unique.forEach((table, keys) -> repair(UniqueRepair.at(target.uniques(), table, List.copyOf(keys))));
        steps.add(this::free);
        steps.add(unique::clear);
    }

    private void loadIndex() {
        steps.add(() -> target.loadTombstones(context.tombstones()));
        steps.add(target::commit);
    }

    private void lock(Collection<TableKey> keys) {
        lock(keys.stream().anyMatch(TableKey::isWholeTable) ? context.locks().ofAll() : context.locks().of(keys));
    }

    private void lock(KeyLocks.Held wanted) {
        held = wanted;
        steps.add(() -> context.waiting().forLocks(wanted));
    }

    private void free() {
        held.close();
    }

    /** A table that was dropped or changed has no rows that a tombstone speaks of: that must not stop the capture. */
    private SqlStep tolerant(SqlStep step) {
        return () -> {
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
        };
    }

    /** Why the last conflicts that were met here do not stand in the history, null when they do. */
    String historyRefused() {
        return history.refused();
    }

    /** Gives up, after an error and once the session is closed. What was gathered is gathered anew, from the log. */
    public void abandon() {
        if (held != null) {
            held.close();
        }
    }
}
