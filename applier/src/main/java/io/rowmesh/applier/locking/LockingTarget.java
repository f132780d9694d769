package io.rowmesh.applier.locking;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.locking.LockedLook.Kind;
import io.rowmesh.applier.merge.KeyTarget;
import io.rowmesh.applier.merge.MergeTarget;
import io.rowmesh.applier.unique.UniqueTarget;
import io.rowmesh.applier.write.FallenRows;
import io.rowmesh.applier.write.GroupResult;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.Progress;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.Target;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.applier.write.Tombstones;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;

/**
 * A database whose rows do not tell their versions: the guarded statements of {@link Target} are made of locks, the log's end and
 * {@link RowVersions}. For tables under last-write-wins; others are refused at the start.
 */
public final class LockingTarget implements Target {

    private final LockedRows rows;
    private final RowVersions versions;
    private final String region;
    private final OwnKeys own = new OwnKeys();

    private long logPosition;
    /** Under way: they go on where they had to wait. */
    private LockedWrite write;
    private LockedLook look;
    private List<PastDelete> below;
    private TombstonePieces pieces;
    /** What a truncate met of which the tombstone is not recorded yet. */
    private List<FallenRows> truncated;

    /** @param region this one */
    public LockingTarget(LockedRows rows, RowVersions versions, String region) {
        this.rows = rows;
        this.versions = versions;
        this.region = region;
    }

    @Override
    public Progress progress(String origin) throws SQLException {
        return rows.progress(origin);
    }

    @Override
    public long begin(TransactionHeader header, boolean carefully) throws SQLException {
        forgetOperation();
        own.clear();
        rows.writeProgress(header);
        return ahead(header);
    }

    /** Clock first: {@link #logPosition} is not before it. */
    @Override
    public long ahead(TransactionHeader header) throws SQLException {
        long ahead = rows.ahead(header.commitMicros());
        logPosition = rows.logEnd();
        return ahead;
    }

    @Override
    public long logPosition() {
        return logPosition;
    }

    @Override
    public GroupResult upsert(TransactionHeader header, List<RowChange> changes) throws SQLException {
        return write(header, changes);
    }

    @Override
    public GroupResult delete(TransactionHeader header, List<RowChange> changes) throws SQLException {
        return write(header, changes);
    }

    private GroupResult write(TransactionHeader header, List<RowChange> changes) throws SQLException {
        if (write == null || !write.isOf(changes)) {
            write = new LockedWrite(rows, versions, own, header, changes);
        }
        GroupResult result = write.run();
        write = null;
        return result;
    }

    /**
     * Writers are not locked out. One that has not committed yet will commit later than the truncate's timestamp, which the clock has
     * passed, and no lane writes a key meanwhile.
     */
    @Override
    public FallenRows truncate(TransactionHeader header, RowChange.Truncate change) throws SQLException {
        TableId table = change.table().id();
        if (truncated == null) {
            truncated = look(() -> new LockedLook(rows, versions, own, region, table, header));
        }
        rows.recordTombstones(header.origin(), header.epoch(),
                List.of(new Tombstones.Dated(new TableKey(table, RowKey.ALL), header.commitMicros(), header.sequence())));
        FallenRows fallen = one(truncated);
        truncated = null;
        return fallen;
    }

    @Override
    public FallenRows deleteOlder(TableId table, List<PastDelete> deletes) throws SQLException {
        rows.tagRepair();
        return one(look(Kind.BELOW, table, deletes));
    }

    @Override
    public FallenRows standingOver(TableId table, List<PastDelete> deletes) throws SQLException {
        return one(look(Kind.OVER, table, deletes));
    }

    @Override
    public FallenRows deleteOlderThanTombstonesOf(TransactionHeader header, TableId table) throws SQLException {
        List<FallenRows> all = lookAtAll(table, Kind.BELOW, (after, atMost) -> rows.tombstonesOf(header, table, after, atMost));
        return all.stream().reduce(FallenRows.NONE, FallenRows::and);
    }

    @Override
    public List<FallenRows> deleteBelowTombstones(TableId table, List<String> keys) throws SQLException {
        rows.tagRepair();
        if (below == null) {
            below = List.copyOf(rows.tombstones(table, keys).entrySet().stream().map(each -> at(each.getKey(), each.getValue())).toList());
        }
        List<FallenRows> fallen = below.isEmpty() ? List.of() : look(Kind.BELOW, table, below);
        below = null;
        return fallen;
    }

    @Override
    public List<FallenRows> deleteBelowTombstones(TableId table) throws SQLException {
        return lookAtAll(table, Kind.BELOW_NOT_PENDING, (after, atMost) -> rows.tombstonesOf(table, after, atMost));
    }

    /** A truncate's tombstone as one of the key over which it stands. */
    private static PastDelete at(String key, PastDelete tombstone) {
        return new PastDelete(key, tombstone.version(), tombstone.epoch(), tombstone.sequence());
    }

    private static FallenRows one(List<FallenRows> ofOneOrigin) {
        return ofOneOrigin.isEmpty() ? FallenRows.NONE : ofOneOrigin.get(0);
    }

    private List<FallenRows> look(Kind kind, TableId table, List<PastDelete> deletes) throws SQLException {
        return look(() -> new LockedLook(rows, versions, region, kind, table, deletes));
    }

    private List<FallenRows> look(Supplier<LockedLook> what) throws SQLException {
        look = look == null ? what.get() : look;
        List<FallenRows> fallen = look.run();
        look = null;
        return fallen;
    }

    private List<FallenRows> lookAtAll(TableId table, Kind kind, TombstonePieces.Source source) throws SQLException {
        rows.tagRepair();
        pieces = pieces == null ? new TombstonePieces(source) : pieces;
        while (pieces.hasNext()) {
            pieces.found(look(kind, table, pieces.first()));
        }
        List<FallenRows> found = pieces.found();
        pieces = null;
        return found;
    }

    @Override
    public boolean holdsOnlyRows() {
        return true;
    }

    @Override
    public MergeTarget merges() {
        throw unsupported();
    }

    @Override
    public KeyTarget keys() {
        throw unsupported();
    }

    @Override
    public UniqueTarget uniques() {
        throw unsupported();
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("rules but last-write-wins are refused at the start");
    }

    @Override
    public boolean isParked(RowChange change) throws SQLException {
        return rows.isParked(change);
    }

    @Override
    public void sayRepair() throws SQLException {
        rows.tagRepair();
    }

    @Override
    public List<ConflictRecord> unpark(RowChange of, String rule, String note) throws SQLException {
        return rows.unpark(of, rule, note);
    }

    @Override
    public void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        rows.park(header, change, cause);
    }

    @Override
    public String writeConflicts(ConflictBatch conflicts) throws SQLException {
        return rows.writeConflicts(conflicts);
    }

    @Override
    public void savepoint() throws SQLException {
        rows.savepoint();
    }

    @Override
    public void releaseSavepoint() throws SQLException {
        rows.releaseSavepoint();
    }

    @Override
    public void backToSavepoint() throws SQLException {
        forgetOperation();
        rows.backToSavepoint();
    }

    @Override
    public void pruneProgress(TransactionHeader header) throws SQLException {
        rows.pruneProgress(header);
    }

    @Override
    public void recordTombstones(int epoch, List<Tombstones.Dated> deletes) throws SQLException {
        rows.tagRepair();
        rows.recordTombstones(region, epoch, deletes);
    }

    @Override
    public List<TableId> tablesWithTombstones() throws SQLException {
        return rows.tablesWithTombstones();
    }

    @Override
    public void loadTombstones(TombstoneIndex index) throws SQLException {
        rows.loadTombstones(index);
    }

    /** Locking reads wait for whoever has written, visible or not. */
    @Override
    public void awaitVisible(long xid) {
    }

    @Override
    public void commit() throws SQLException {
        rows.commit();
        own.clear();
    }

    @Override
    public void rollback() throws SQLException {
        forgetOperation();
        own.clear();
        rows.rollback();
    }

    private void forgetOperation() {
        write = null;
        look = null;
        below = null;
        pieces = null;
        truncated = null;
    }

    @Override
    public void forgetTables() {
        rows.forgetTables();
    }
}
