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
import java.util.ArrayList;
import java.util.List;

/**
 * A database whose rows do not tell their versions: the guarded statements of {@link Target} are made of locks, the log's end and
 * {@link RowVersions}. For tables under last-write-wins; others are refused at the start.
 */
public final class LockingTarget implements Target {

    private static final int PIECE = 1_000;

    private final LockedRows rows;
    private final RowVersions versions;
    private final String region;
    private final OwnKeys own = new OwnKeys();

    private long logPosition;
    /** Under way: they go on where they had to wait. */
    private LockedWrite write;
    private LockedLook look;
    private Tombs tombs;

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
        PastDelete delete = new PastDelete(RowKey.ALL, header.version(), header.epoch(), header.sequence());
        List<FallenRows> fallen = look(Kind.UP_TO, table, List.of(delete));
        rows.recordTombstones(header.origin(), header.epoch(),
                List.of(new Tombstones.Dated(new TableKey(table, RowKey.ALL), header.commitMicros(), header.sequence())));
        return fallen.isEmpty() ? FallenRows.NONE : fallen.get(0);
    }

    @Override
    public FallenRows deleteOlder(TableId table, List<PastDelete> deletes) throws SQLException {
        rows.tagRepair();
        List<FallenRows> fallen = look(Kind.BELOW, table, deletes);
        return fallen.isEmpty() ? FallenRows.NONE : fallen.get(0);
    }

    @Override
    public FallenRows standingOver(TableId table, List<PastDelete> deletes) throws SQLException {
        List<FallenRows> standing = look(Kind.OVER, table, deletes);
        return standing.isEmpty() ? FallenRows.NONE : standing.get(0);
    }

    @Override
    public FallenRows deleteOlderThanTombstonesOf(TransactionHeader header, TableId table) throws SQLException {
        List<FallenRows> all = look(table, (after, atMost) -> rows.tombstonesOf(header, table, after, atMost), Kind.BELOW);
        return all.stream().reduce(FallenRows.NONE, LockingTarget::both);
    }

    @Override
    public List<FallenRows> deleteBelowTombstones(TableId table, List<String> keys) throws SQLException {
        rows.tagRepair();
        return look(Kind.BELOW, table, List.copyOf(rows.tombstones(table, keys).entrySet().stream()
                .map(each -> at(each.getKey(), each.getValue())).toList()));
    }

    @Override
    public List<FallenRows> deleteBelowTombstones(TableId table) throws SQLException {
        return look(table, (after, atMost) -> rows.tombstonesOf(table, after, atMost), Kind.BELOW_NOT_PENDING);
    }

    /** A truncate's tombstone as one of the key over which it stands. */
    private static PastDelete at(String key, PastDelete tombstone) {
        return new PastDelete(key, tombstone.version(), tombstone.epoch(), tombstone.sequence());
    }

    private List<FallenRows> look(Kind kind, TableId table, List<PastDelete> deletes) throws SQLException {
        if (deletes.isEmpty()) {
            return List.of();
        }
        if (look == null || !look.isOf(kind, table, deletes)) {
            look = new LockedLook(rows, versions, region, kind, table, deletes);
        }
        List<FallenRows> fallen = look.run();
        look = null;
        return fallen;
    }

    private interface Tombstoned {
        List<PastDelete> read(String after, int atMost) throws SQLException;
    }

    /** A look at all tombstones of a kind, a piece of them at a time. */
    private static final class Tombs {
        private final TableId table;
        private final Kind kind;
        private final List<FallenRows> found = new ArrayList<>();
        private final List<List<PastDelete>> pieces = new ArrayList<>();
        private String after;
        private boolean all;

        private Tombs(TableId table, Kind kind) {
            this.table = table;
            this.kind = kind;
        }
    }

    private List<FallenRows> look(TableId table, Tombstoned source, Kind kind) throws SQLException {
        rows.tagRepair();
        if (tombs == null || !tombs.table.equals(table) || tombs.kind != kind) {
            tombs = new Tombs(table, kind);
        }
        while (!tombs.all || !tombs.pieces.isEmpty()) {
            if (tombs.pieces.isEmpty()) {
                read(source);
            } else {
                tombs.found.addAll(look(kind, table, tombs.pieces.get(0)));
                tombs.pieces.remove(0);
            }
        }
        List<FallenRows> found = tombs.found;
        tombs = null;
        return found;
    }

    /** The truncate, if it is among them, is a piece of its own: it is looked at every row. */
    private void read(Tombstoned source) throws SQLException {
        List<PastDelete> read = source.read(tombs.after, PIECE);
        tombs.all = read.size() < PIECE;
        tombs.after = read.isEmpty() ? tombs.after : read.get(read.size() - 1).key();
        List<PastDelete> keyed = read.stream().filter(each -> !each.key().equals(RowKey.ALL)).toList();
        if (!keyed.isEmpty()) {
            tombs.pieces.add(keyed);
        }
        read.stream().filter(each -> each.key().equals(RowKey.ALL)).forEach(each -> tombs.pieces.add(List.of(each)));
    }

    private static FallenRows both(FallenRows one, FallenRows other) {
        List<io.rowmesh.applier.write.FallenRow> listed = new ArrayList<>(one.listed());
        listed.addAll(other.listed());
        return new FallenRows(listed, one.deleted() + other.deleted(), one.kept() + other.kept());
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
        tombs = null;
    }

    @Override
    public void forgetTables() {
        rows.forgetTables();
    }
}
