package io.rowmesh.applier.write;

import io.rowmesh.applier.unique.UniqueRepair;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The life of one source transaction at this region, as one target transaction under its replication origin and with its
 * commit timestamp: key locks, progress, the wait for the clock, each statement, commit, second look, locks freed. One
 * {@link #step} a call, so that the simulation can put whatever else happens between any two; production calls it in a loop.
 *
 * <p>Careful mode writes row by row behind savepoints and parks the rows that the database refuses. A transaction that is
 * here whole goes over to it by itself when it meets such a row; one that arrives in pieces has to be begun again.
 */
public final class ApplyTransaction {

    private static final int PRUNE_EVERY = 500;

    private enum State { LOCK, BEGIN, CLOCK, WRITE, SHOW, HISTORY, COMMIT, LOOK_AGAIN, HISTORY_OF_LOOK, COMMIT_LOOK, FREE, DONE }

    private final WriteContext context;
    private final Target target;
    private final TransactionHeader header;
    private final boolean whole;
    private final KeyLocks.Held held;
    private final RowGroup group = new RowGroup();

    private State state = State.LOCK;
    private boolean careful;
    private List<RowChange> changes;
    private int next;
    private boolean ended;
    private long aheadMicros;
    private Outcome outcome;
    private GroupWriter writer;
    private MergeWriter merges;
    private UniqueRepair repair;

    private ApplyTransaction(WriteContext context, TransactionHeader header, List<RowChange> changes, KeyLocks.Held held, boolean whole) {
        this.context = context;
        this.target = context.target();
        this.header = header;
        this.changes = changes;
        this.held = held;
        this.whole = whole;
        this.ended = whole;
    }

    /** Of a transaction that is here whole. */
    public static ApplyTransaction whole(WriteContext context, TransactionHeader header, List<RowChange> changes) {
        List<TableKey> keys = new ArrayList<>(changes.size());
        boolean allKeys = false;
        for (RowChange change : changes) {
            keys.add(TableKey.of(change));
            allKeys |= change.kind() == RowChange.Kind.TRUNCATE;
        }
        KeyLocks.Held held = allKeys ? context.locks().ofAll() : context.locks().of(keys);
        return new ApplyTransaction(context, header, changes, held, true);
    }

    /** Of a large transaction that flows into the database as it arrives; nobody else writes a key meanwhile. */
    public static ApplyTransaction inPieces(WriteContext context, TransactionHeader header, boolean careful) {
        ApplyTransaction pieces = new ApplyTransaction(context, header, List.of(), context.locks().ofAll(), false);
        pieces.careful = careful;
        return pieces;
    }

    /** The next piece, once {@link #step} has answered false for want of it. */
    public void add(List<RowChange> piece) {
        changes = piece;
        next = 0;
    }

    /** There are no more pieces. */
    public void end() {
        ended = true;
    }

    public boolean isDone() {
        return state == State.DONE;
    }

    /**
     * Whether its rows are written and it has not begun to commit: until then it asks nobody anything that another one can change,
     * if none of its tables is under unique: newest-wins.
     */
    public boolean isWritten() {
        return switch (state) {
            case WRITE -> ended && next == changes.size() && group.isEmpty() && !merges.isOpen();
            case SHOW, HISTORY -> true;
            default -> false;
        };
    }

    /** What it did here; valid once it is done. */
    public Outcome outcome() {
        return outcome;
    }

    /** Takes every step that can be taken. */
    void run() throws SQLException {
        while (step()) {
            continue;
        }
    }

    /**
     * One statement, or one attempt at what must be waited for.
     *
     * @return false when it is done, or needs its next piece
     * @throws ClockSkewException when the timestamp lies further ahead than max-clock-skew
     */
    public boolean step() throws SQLException {
        try {
            return switch (state) {
                case LOCK -> lock();
                case BEGIN -> begin();
                case CLOCK -> awaitClock();
                case WRITE -> write();
                case SHOW -> show();
                case HISTORY -> writeHistory();
                case COMMIT -> commit();
                case LOOK_AGAIN -> lookAgain();
                case HISTORY_OF_LOOK -> writeHistoryOfLook();
                case COMMIT_LOOK -> commitLook();
                case FREE -> free();
                case DONE -> false;
            };
        } catch (SQLException e) {
            if (!whole || careful || state.compareTo(State.COMMIT) > 0 || SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                throw e;
            }
            return beginCarefully();
        }
    }

    private boolean lock() {
        context.waiting().forLocks(held);
        return to(State.BEGIN);
    }

    private boolean beginCarefully() throws SQLException {
        target.rollback();
        target.forgetTables();
        careful = true;
        next = 0;
        group.clear();
        return to(State.BEGIN);
    }

    private boolean begin() throws SQLException {
        outcome = new Outcome();
        writer = new GroupWriter(context, header, outcome);
        merges = new MergeWriter(context, header, outcome, careful);
        aheadMicros = target.begin(header, careful);
        Step.PROGRESS_WRITTEN.reached();
        return to(aheadMicros < 0 ? begun() : State.CLOCK);
    }

    /**
     * Until the database's own clock is strictly past the source's commit timestamp (convergence rule 3), so that a later
     * local write is also the later version.
     */
    private boolean awaitClock() throws SQLException {
        if (aheadMicros > context.options().maxClockSkew().toNanos() / 1_000) {
            throw new ClockSkewException(header.origin(), aheadMicros);
        }
        context.waiting().forClock(aheadMicros + 1);
        aheadMicros = target.ahead(header);
        return to(aheadMicros < 0 ? begun() : State.CLOCK);
    }

    /** Noted before the first statement, for what will lose as well (convergence rule 6). */
    private State begun() {
        context.ahead().heard(context.options().region(), header);
        context.versions().begun(target.logPosition(), header.commitMicros() - aheadMicros, header.commitMicros());
        Step.APPLY_BEGUN.reached();
        return State.WRITE;
    }

    private boolean write() throws SQLException {
        if (merges.isOpen()) {
            return merge();
        }
        while (next < changes.size()) {
            RowChange change = changes.get(next);
            if (!context.options().receives().test(change.table().id())) {
                outcome.skipped++;
            } else if (target.isParked(change) && !merges.passesParked(change)) {
                return parkBehind(change);
            } else if (merges.takes(change)) {
                return openMerge(change);
            } else if (careful) {
                return writeCarefully(change);
            } else if (!group.add(change)) {
                return writeGroup();
            }
            next++;
        }
        if (!ended) {
            return false;
        }
        return group.isEmpty() ? to(State.SHOW) : writeGroup();
    }

    /** Which rows are shown where unique values collide, decided by the transaction as a whole. */
    private boolean show() throws SQLException {
        return merges.show() || to(recorded() ? State.HISTORY : State.COMMIT);
    }

    private boolean writeGroup() throws SQLException {
        writer.write(group.changes());
        group.clear();
        return true;
    }

    private boolean openMerge(RowChange change) throws SQLException {
        if (!group.isEmpty()) {
            return writeGroup();
        }
        merges.open(change);
        return true;
    }

    private boolean merge() throws SQLException {
        merges.step();
        next += merges.isOpen() ? 0 : 1;
        return true;
    }

    private boolean parkBehind(RowChange change) throws SQLException {
        if (!group.isEmpty()) {
            return writeGroup();
        }
        target.park(header, change, SqlFaults.waitsBehindParked());
        outcome.parked++;
        next++;
        return true;
    }

    private boolean writeCarefully(RowChange change) throws SQLException {
        target.savepoint();
        try {
            writer.write(List.of(change));
            target.releaseSavepoint();
        } catch (SQLException e) {
            if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                throw e;
            }
            target.backToSavepoint();
            target.park(header, change, e);
            outcome.parked++;
            SqlFaults.uniqueKey(e).ifPresent(constraint -> writer.parkedForUniqueKey(change, constraint));
        }
        next++;
        return true;
    }

    /** A heartbeat that was written before the slot was made is no missing row to anybody. */
    private boolean recorded() {
        return !outcome.history.isEmpty() && !header.heartbeat();
    }

    private boolean writeHistory() throws SQLException {
        outcome.historyRefused = target.writeConflicts(outcome.history);
        return to(State.COMMIT);
    }

    /** Progress and rows become one. */
    private boolean commit() throws SQLException {
        if (header.sequence() % PRUNE_EVERY == 0) {
            target.pruneProgress(header);
        }
        Step.ROWS_WRITTEN.reached();
        target.commit();
        Step.COMMITTED.reached();
        return to(outcome.deletesWithoutRow.isEmpty() ? State.FREE : State.LOOK_AGAIN);
    }

    /** What an insert under way hid from a delete that found no row (convergence rule 4a). */
    private boolean lookAgain() throws SQLException {
        if (repair != null && repair.step()) {
            return true;
        }
        if (repair != null) {
            fallen(repair.table().id(), UniqueHistory.fallen(repair));
            UniqueHistory.replaced(repair.table(), repair.replaced()).forEach(outcome.afterCommit::add);
        }
        repair = nextRepair();
        if (repair != null) {
            target.sayRepair();
            return true;
        }
        Map<TableId, List<PastDelete>> byTable = new LinkedHashMap<>();
        outcome.deletesWithoutRow.forEach(deleted -> byTable.computeIfAbsent(deleted.table(), t -> new ArrayList<>()).add(deleted.of(header)));
        for (var entry : byTable.entrySet()) {
            fallen(entry.getKey(), target.deleteOlder(entry.getKey(), entry.getValue()));
        }
        for (var table : outcome.manyDeletesWithoutRow) {
            fallen(table, target.deleteOlderThanTombstonesOf(header, table));
        }
        return to(outcome.afterCommit.isEmpty() ? State.COMMIT_LOOK : State.HISTORY_OF_LOOK);
    }

    private void fallen(TableId table, FallenRows rows) {
        outcome.fallen(rows, outcome.afterCommit, table, context.options().rules().apply(table).row().label());
    }

    private boolean writeHistoryOfLook() throws SQLException {
        outcome.historyRefused = target.writeConflicts(outcome.afterCommit);
        return to(State.COMMIT_LOOK);
    }

    /** Of the next table under unique: newest-wins whose deletes found no row; null when there is none. */
    private UniqueRepair nextRepair() {
        Function<TableId, TableRules> rules = context.options().rules();
        Optional<TableId> many = outcome.manyDeletesWithoutRow.stream().filter(table -> rules.apply(table).newestOfUnique()).findFirst();
        Optional<TableId> next = many.or(() -> outcome.deletesWithoutRow.stream().map(Outcome.DeletedKey::table)
                .filter(table -> rules.apply(table).newestOfUnique()).findFirst());
        if (next.isEmpty()) {
            return null;
        }
        List<String[]> keys = outcome.deletesWithoutRow.stream().filter(deleted -> deleted.table().equals(next.get()))
                .map(Outcome.DeletedKey::texts).toList();
        outcome.deletesWithoutRow.removeIf(deleted -> deleted.table().equals(next.get()));
        outcome.manyDeletesWithoutRow.remove(next.get());
        return many.isPresent() ? UniqueRepair.everywhere(target.uniques(), next.get()) : UniqueRepair.at(target.uniques(), next.get(), keys);
    }

    private boolean commitLook() throws SQLException {
        target.commit();
        return to(State.FREE);
    }

    private boolean free() {
        held.close();
        return to(State.DONE);
    }

    private boolean to(State following) {
        state = following;
        return following != State.DONE;
    }

    /**
     * Gives up, after an error and once the session is closed. Locks of a transaction whose commit may have taken place, or
     * may still, are kept until that is settled ({@link KeyLocks#settle}).
     */
    public void abandon() {
        if (state != State.DONE) {
            context.locks().giveUp(header.origin(), held, state == State.COMMIT);
        }
    }
}
