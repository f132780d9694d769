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

/** A simulated database as what writes to it sees it, over a {@link MemorySession} of its own. */
final class MemoryTarget implements Target {

    private final World world;
    private final Database database;
    /** The region whose changes this session writes; the own one for repairs. */
    private final int origin;
    private final boolean self;
    private final MemorySession session;
    private final MemoryProgress progress;
    private final MemoryGroups groups;
    private final MemoryTombstones tombstones;
    private final MemoryMerges merges;
    /** For a planted fault: conflicts that are not part of the transaction. */
    private final List<ConflictRecord> afterCommit = new ArrayList<>(0);

    /** @param session bound to that origin */
    MemoryTarget(MemorySession session, Database database, int origin) {
        this.world = database.world;
        this.database = database;
        this.origin = origin;
        this.self = origin == database.region;
        this.session = session;
        this.progress = new MemoryProgress(database, origin);
        this.groups = new MemoryGroups(session, database, origin);
        this.tombstones = new MemoryTombstones(session, database, origin);
        this.merges = new MemoryMerges(database, session, origin);
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    @Override
    public Progress progress(String of) {
        return progress.of(of);
    }

    @Override
    public long begin(TransactionHeader header, boolean carefully) throws SQLException {
        DbTransaction own = session.transaction();
        if (!is(Fault.VERSION_OF_APPLYING_REGION)) {
            own.stamped = true;
            own.micros = header.commitMicros();
        }
        own.wrote = true;
        own.sequence = header.sequence();
        groups.beginTransaction();
        progress.write(header, own);
        world.regions[database.region].originPosition[origin] = header.sequence();
        return ahead(header);
    }

    @Override
    public long logPosition() {
        return database.log.size();
    }

    @Override
    public long ahead(TransactionHeader header) throws SQLException {
        session.transaction();
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
    public boolean holdsOnlyRows() {
        return false;
    }

    @Override
    public MergeTarget merges() {
        return merges;
    }

    @Override
    public KeyTarget keys() {
        return new MemoryKeys(session, database, self);
    }

    @Override
    public String writeConflicts(ConflictBatch conflicts) throws SQLException {
        DbTransaction own = session.transaction();
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
        return new MemoryUniques(session, database, origin);
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
        session.endStatement();
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
        session.transaction();
        if (database.transaction(xid).inProgress() && !is(Fault.LOOK_BEFORE_VISIBLE)) {
            throw Blocked.INSTANCE;
        }
    }

    @Override
    public void commit() throws SQLException {
        DbTransaction committed = session.commit();
        if (committed == null) {
            return;
        }
        if (is(Fault.PROGRESS_AFTER_DATA) && committed.sequence > 0) {
            progress.writeAfter(committed);
        }
        if (!afterCommit.isEmpty()) {
            historyAfter();
        }
    }

    @Override
    public void rollback() throws SQLException {
        session.rollback();
    }

    private boolean isLeftOut(ConflictRecord conflict) {
        return is(Fault.HISTORY_WITHOUT_DELETED) && conflict.type() == ConflictType.UPDATE_DELETED
                || is(Fault.COUNTER_HISTORY_WITHOUT_MERGED) && conflict.decision() == Decision.MERGED
                || (is(Fault.HISTORY_WITHOUT_CAPTURED) || is(Fault.UNIQUE_HISTORY_WITHOUT_REPAIRS)) && self
                || is(Fault.UNIQUE_HISTORY_WITHOUT_TRUNCATES) && !self && conflict.incoming() != null && conflict.incoming().row() == null
                || is(Fault.HISTORY_WITHOUT_REPLACED) && conflict.decision() != Decision.KEPT_LOCAL
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

    @Override
    public void forgetTables() {
    }
}
