package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.merge.KeyTarget;
import io.rowmesh.applier.merge.MergeTarget;
import io.rowmesh.applier.unique.UniqueTarget;
import io.rowmesh.applier.write.FallenRows;
import io.rowmesh.applier.write.GroupResult;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.Progress;
import io.rowmesh.applier.write.Target;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.applier.write.Tombstones;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A session of a simulated database, bound to one replication origin. A call that would have to wait throws {@link Blocked};
 * the same call goes on later where it stopped, with the snapshot that its statement began with.
 */
final class MemoryTarget implements Target {

    private final World world;
    private final Database database;
    /** The region whose changes this session writes; the own one for repairs. */
    private final int origin;
    private final boolean self;
    private final int life;

    private final MemoryGroups groups;
    private final MemoryTombstones tombstones;
    private final MemoryMerges merges;
    private DbTransaction open;
    private boolean closed;
    /** The one under way, null between statements. */
    private MemoryStatement statement;
    private long snapshot;
    private boolean moved;
    /** For a planted fault: conflicts that are not part of the transaction. */
    private final List<ConflictRecord> afterCommit = new ArrayList<>(0);

    MemoryTarget(Database database, int origin) {
        this.world = database.world;
        this.database = database;
        this.origin = origin;
        this.self = origin == database.region;
        this.life = database.life;
        this.groups = new MemoryGroups(this, database, origin);
        this.tombstones = new MemoryTombstones(this, database, origin);
        this.merges = new MemoryMerges(database, this, origin);
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    /** The transaction that the next call belongs to. */
    DbTransaction transaction() throws SQLException {
        ping();
        if (open == null) {
            open = database.begin(origin, false);
        }
        return open;
    }

    /** Begins a statement, or goes on with the one that had to wait. */
    MemoryStatement begin(Table table) throws SQLException {
        DbTransaction own = transaction();
        if (statement == null) {
            if (table != null) {
                database.share(table, own);
            }
            snapshot = database.snapshot();
            statement = new MemoryStatement(own, snapshot);
        }
        own.waitsFor = null;
        return statement;
    }

    /** The same, for who keeps no place in it. */
    DbTransaction startStatement(Table table) throws SQLException {
        return begin(table).own;
    }

    boolean isOpen() {
        return !closed && life == database.life;
    }

    /** @throws SQLException when the connection is gone */
    void ping() throws SQLException {
        if (!isOpen()) {
            throw new SQLException("the connection is gone", "08006");
        }
    }

    /** Of the statement under way, or the last one. */
    long snapshot() {
        return snapshot;
    }

    /** Waits until nobody else writes the table. */
    void exclude(Table table) throws SQLException {
        DbTransaction own = transaction();
        own.waitsFor = null;
        database.exclude(table, own);
    }

    void endStatement() {
        statement = null;
    }

    @Override
    public Progress progress(String of) {
        int number = World.number(of);
        if (is(Fault.RESUME_BY_ORIGIN_POSITION)) {
            long reached = world.regions[database.region].originPosition[number];
            return reached == 0 ? Progress.NONE : new Progress(1, reached, 0);
        }
        ProgressRows.ProgressRow last = database.progress.last(number);
        return last == null ? Progress.NONE : new Progress(1, last.sequence(), last.micros());
    }

    @Override
    public long begin(TransactionHeader header, boolean carefully) throws SQLException {
        DbTransaction own = transaction();
        if (!is(Fault.VERSION_OF_APPLYING_REGION)) {
            own.stamped = true;
            own.micros = header.commitMicros();
        }
        own.wrote = true;
        own.sequence = header.sequence();
        groups.beginTransaction();
        if (is(Fault.PROGRESS_BEFORE_DATA)) {
            DbTransaction before = database.begin(origin, false);
            before.micros = header.commitMicros();
            before.stamped = true;
            before.wrote = true;
            database.progress.append(origin, header.sequence(), header.commitMicros(), database.log.size(), before);
            database.append(before);
            database.makeVisible(before);
        } else if (!is(Fault.PROGRESS_AFTER_DATA) && !is(Fault.DUPLICATES_APPLIED)) {
            database.progress.append(origin, header.sequence(), header.commitMicros(), database.log.size(), own);
        } else if (is(Fault.DUPLICATES_APPLIED)) {
            database.progress.appendAgain(origin, header.sequence(), header.commitMicros(), database.log.size(), own);
        }
        world.regions[database.region].originPosition[origin] = header.sequence();
        return ahead(header);
    }

    @Override
    public long logPosition() {
        return database.log.size();
    }

    @Override
    public long ahead(TransactionHeader header) throws SQLException {
        transaction();
        if (is(Fault.NO_SKEW_WAIT)) {
            return -1;
        }
        long ahead = header.commitMicros() - database.clock();
        return is(Fault.SKEW_WAIT_AT_EQUAL) ? ahead - 1 : ahead;
    }

    @Override
    public GroupResult upsert(TransactionHeader header, List<RowChange> changes) throws SQLException {
        return groups.upsert(header, changes);
    }

    @Override
    public GroupResult delete(TransactionHeader header, List<RowChange> changes) throws SQLException {
        return groups.delete(header, changes);
    }

    @Override
    public FallenRows truncate(TransactionHeader header, RowChange.Truncate change) throws SQLException {
        return groups.truncate(header, change);
    }

    @Override
    public MergeTarget merges() {
        return merges;
    }

    @Override
    public KeyTarget keys() {
        return new MemoryKeys(this, database, self);
    }

    @Override
    public String writeConflicts(ConflictBatch conflicts) throws SQLException {
        DbTransaction own = transaction();
        own.wrote = true;
        (is(Fault.HISTORY_AFTER_COMMIT) ? afterCommit : own.conflicts).addAll(conflicts.listed().stream()
                .filter(each -> !isLeftOut(each)).toList());
        if (world.trace != null) {
            conflicts.listed().forEach(conflict -> world.trace(World.NAMES[database.region] + " notes " + conflict.type().label() + " "
                    + conflict.key() + " " + conflict.decision().label() + ", stored " + conflict.stored() + ", incoming " + conflict.incoming()));
        }
        return null;
    }

    @Override
    public UniqueTarget uniques() {
        return new MemoryUniques(this, database, origin);
    }

    @Override
    public boolean isParked(RowChange change) {
        return false;
    }

    @Override
    public void sayRepair() {
        // The simulated capture knows what made progress.
    }

    @Override
    public List<ConflictRecord> unpark(RowChange of, String rule, String note) {
        return List.of();
    }

    @Override
    public void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        throw new Broken("a row of " + header.origin() + " " + header.sequence() + " was refused: " + cause.getMessage());
    }

    @Override
    public void savepoint() {
        // Nothing that is simulated fails between a savepoint and its release.
    }

    @Override
    public void releaseSavepoint() {
    }

    @Override
    public void backToSavepoint() {
    }

    @Override
    public void pruneProgress(TransactionHeader header) {
    }

    @Override
    public void recordTombstones(int epoch, List<Tombstones.Dated> deletes) throws SQLException {
        tombstones.record(deletes);
    }

    @Override
    public FallenRows deleteOlder(TableId table, List<PastDelete> deletes) throws SQLException {
        return tombstones.deleteOlder(table, deletes);
    }

    @Override
    public FallenRows standingOver(TableId table, List<PastDelete> deletes) throws SQLException {
        return tombstones.standingOver(table, deletes);
    }

    @Override
    public FallenRows deleteOlderThanTombstonesOf(TransactionHeader header, TableId table) {
        throw new UnsupportedOperationException("simulated transactions are small");
    }

    @Override
    public List<FallenRows> deleteBelowTombstones(TableId id, List<String> keys) throws SQLException {
        return tombstones.deleteBelowTombstones(id, keys);
    }

    @Override
    public List<FallenRows> deleteBelowTombstones(TableId id) throws SQLException {
        return tombstones.deleteBelowTombstones(id);
    }

    @Override
    public List<TableId> tablesWithTombstones() throws SQLException {
        return tombstones.tablesWithTombstones();
    }

    @Override
    public void loadTombstones(TombstoneIndex index) throws SQLException {
        tombstones.loadTombstones(index);
    }

    @Override
    public void awaitVisible(long xid) throws SQLException {
        transaction();
        if (database.transaction(xid).inProgress() && !is(Fault.LOOK_BEFORE_VISIBLE)) {
            throw Blocked.INSTANCE;
        }
    }

    @Override
    public void commit() throws SQLException {
        DbTransaction own = transaction();
        if (!own.wrote) {
            database.abort(own);
        } else {
            if (own.state == DbTransaction.State.ACTIVE) {
                database.append(own);
                if (world.choices.perMille(world.profile.trouble())) {
                    throw new SQLException("the connection broke in the commit", "08006");
                }
                if (world.pauses(own)) {
                    moved = true;
                    throw Blocked.INSTANCE;
                }
            }
            if (world.now < own.pausedUntil) {
                throw Blocked.INSTANCE;
            }
            database.makeVisible(own);
            if (is(Fault.PROGRESS_AFTER_DATA) && own.sequence > 0) {
                progressAfter(own);
            }
            if (!afterCommit.isEmpty()) {
                historyAfter();
            }
        }
        open = null;
    }

    private boolean isLeftOut(ConflictRecord conflict) {
        return is(Fault.HISTORY_WITHOUT_DELETED) && conflict.type() == ConflictType.UPDATE_DELETED
                || is(Fault.HISTORY_WITHOUT_CAPTURED) && self
                || is(Fault.HISTORY_WITHOUT_OLDER_COLUMNS) && conflict.type() != ConflictType.UPDATE_DELETED
                && conflict.decision() == Decision.KEPT_LOCAL;
    }

    private void historyAfter() {
        DbTransaction after = database.begin(origin, false);
        after.wrote = true;
        after.conflicts.addAll(afterCommit);
        afterCommit.clear();
        database.append(after);
        database.makeVisible(after);
    }

    private void progressAfter(DbTransaction data) throws SQLException {
        DbTransaction after = database.begin(origin, false);
        after.micros = data.micros;
        after.stamped = true;
        after.wrote = true;
        database.progress.appendAgain(origin, data.sequence, data.micros, database.log.size(), after);
        database.append(after);
        if (world.choices.perMille(100)) {
            database.abort(after);
            database.log.remove(database.log.size() - 1);
            open = null;
            throw new SQLException("the connection broke before progress was written", "08006");
        }
        database.makeVisible(after);
    }

    @Override
    public void rollback() throws SQLException {
        if (open != null) {
            database.abort(transaction());
            open = null;
        }
        statement = null;
    }

    @Override
    public void forgetTables() {
    }

    /** Whether the step that is to be taken again has done something all the same. */
    boolean hasMoved() {
        boolean has = moved;
        moved = false;
        return has;
    }

    /** The connection ends. */
    void close() {
        closed = true;
        if (open != null && life == database.life) {
            database.leave(open);
        }
        open = null;
    }
}
