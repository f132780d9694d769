package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.applier.merge.KeyTarget;
import io.rowmesh.applier.merge.MergeTarget;
import io.rowmesh.applier.translate.Translator;
import io.rowmesh.applier.unique.UniqueTarget;
import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.types.LocalColumns;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;

/** A PostgreSQL database, over one connection of the applier's own ({@link ApplierSession}). */
final class JdbcTarget implements Target, RetrySession {

    /** Read after the clock that stands before it in the list. */
    private static final String LOG_POSITION = "(pg_current_wal_insert_lsn() - '0/0')::bigint";

    private final Connection connection;
    private final RegionOrigins origins;
    private final TableWriter tables;
    private final LookAgain lookAgain;
    private final ConflictHistory history;
    private final JdbcMerges merges;
    private final JdbcKeys keys;
    private final JdbcUniques uniques;
    private final ParkedRows parked;
    private final Visibility visibility;
    private final Translator translator;
    private final String region;
    private Savepoint savepoint;
    private long logPosition;

    /** @param origin the region whose changes are written over this connection; this region for what repairs its own */
    JdbcTarget(Connection connection, String origin, ApplierOptions options) throws SQLException {
        this.connection = connection;
        this.region = options.region();
        this.origins = RegionOrigins.load(connection, options);
        String since = VersionsSince.read(connection);
        long number = origin.equals(region) ? 0 : number(connection, origin);
        this.tables = new TableWriter(connection, origins, new LaneContext(origin, number, origins.losingTies(origin), since));
        this.lookAgain = new LookAgain(connection, origins, options, since);
        this.history = ConflictHistory.open(connection, options.isPrivate());
        this.merges = new JdbcMerges(connection, origins, region, since);
        this.keys = new JdbcKeys(connection, options, origins);
        this.uniques = new JdbcUniques(connection, origins, since);
        this.parked = ParkedRows.load(connection, history.json(),
                change -> StoredRows.of(connection, change.table().id(), region).read(List.of(LookAgain.keyTexts(change))));
        this.visibility = new Visibility(connection);
        this.translator = new Translator(false, table -> LocalColumns.of(new LocalCatalog(connection).table(table).shape()));
    }

    @Override
    public List<RowChange> incoming(List<RowChange> changes) throws SQLException {
        return translator.translate(changes);
    }

    private static long number(Connection connection, String origin) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select pg_replication_origin_oid(?)::bigint")) {
            query.setString(1, ApplierSession.originName(origin));
            return onlyLong(query);
        }
    }

    @Override
    public Progress progress(String origin) {
        return Progress.read(connection, origin);
    }

    /**
     * Timestamp and progress, in one round trip. The setup is sticky, so every transaction has its own; 0/0 because an abort
     * would advance any other position.
     */
    @Override
    public long begin(TransactionHeader header, boolean carefully) throws SQLException {
        if (carefully) {
            refuseAtOnce();
        }
        try (PreparedStatement setup = connection.prepareStatement("with progress as (" + Progress.APPEND + ") select "
                + Micros.sql("?::timestamptz - clock_timestamp()") + ", " + LOG_POSITION
                + " from pg_replication_origin_xact_setup('0/0', ?::timestamptz)")) {
            String written = Micros.text(header.commitMicros());
            int p = Progress.bind(setup, header);
            setup.setString(p, written);
            setup.setString(p + 1, written);
            return ahead(setup);
        }
    }

    /** A deferred constraint would refuse the commit, and nobody could tell which row it was. */
    private void refuseAtOnce() throws SQLException {
        try (PreparedStatement immediate = connection.prepareStatement("set constraints all immediate")) {
            immediate.execute();
        }
    }

    @Override
    public void beginAgain(TransactionHeader header) throws SQLException {
        refuseAtOnce();
        sayRepair();
        try (PreparedStatement setup = connection.prepareStatement("select pg_replication_origin_xact_setup('0/0', ?::timestamptz)")) {
            setup.setString(1, Micros.text(header.commitMicros()));
            setup.execute();
        }
    }

    @Override
    public void sayRepair() throws SQLException {
        try (PreparedStatement emit = connection.prepareStatement("select pg_logical_emit_message(true, ?, '-')")) {
            emit.setString(1, ReplicationOrigin.REPAIR);
            emit.execute();
        }
    }

    @Override
    public boolean mayHaveParked() {
        return parked.any();
    }

    @Override
    public long ahead(TransactionHeader header) throws SQLException {
        try (PreparedStatement clock = connection.prepareStatement(
                "select " + Micros.sql("?::timestamptz - clock_timestamp()") + ", " + LOG_POSITION)) {
            clock.setString(1, Micros.text(header.commitMicros()));
            return ahead(clock);
        }
    }

    private long ahead(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            row.next();
            logPosition = row.getLong(2);
            return row.getLong(1);
        }
    }

    @Override
    public long logPosition() {
        return logPosition;
    }

    @Override
    public GroupResult upsert(TransactionHeader header, List<RowChange> changes) throws SQLException {
        translator.require(changes.get(0));
        return tables.upsert(header, changes);
    }

    @Override
    public GroupResult delete(TransactionHeader header, List<RowChange> changes) throws SQLException {
        translator.require(changes.get(0));
        return tables.delete(header, changes);
    }

    @Override
    public FallenRows truncate(TransactionHeader header, RowChange.Truncate change) throws SQLException {
        FallenRows fallen = tables.truncate(change.table(), header);
        Tombstones.record(connection, header, List.of(TableKey.of(change)));
        return fallen;
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
        return keys;
    }

    @Override
    public UniqueTarget uniques() {
        return uniques;
    }

    @Override
    public boolean isParked(RowChange change) throws SQLException {
        return parked.blocks(change);
    }

    @Override
    public List<ConflictRecord> unpark(RowChange of, String rule, String note) throws SQLException {
        if (!parked.any()) {
            return List.of();
        }
        return parked.take(TableKey.of(of), rule, note);
    }

    @Override
    public void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        parked.park(header, change, cause);
    }

    @Override
    public String writeConflicts(ConflictBatch conflicts) throws SQLException {
        return history.attempt(conflicts);
    }

    @Override
    public void savepoint() throws SQLException {
        savepoint = connection.setSavepoint();
    }

    @Override
    public void releaseSavepoint() throws SQLException {
        connection.releaseSavepoint(savepoint);
    }

    @Override
    public void backToSavepoint() throws SQLException {
        connection.rollback(savepoint);
    }

    @Override
    public void pruneProgress(TransactionHeader header) {
        Progress.prune(connection, header);
    }

    @Override
    public void recordTombstones(int epoch, List<Tombstones.Dated> deletes) throws SQLException {
        try (PreparedStatement durable = connection.prepareStatement("set local synchronous_commit = local")) {
            durable.execute();
        }
        Tombstones.record(connection, region, epoch, deletes);
    }

    @Override
    public FallenRows deleteOlder(TableId table, List<PastDelete> deletes) throws SQLException {
        return lookAgain.olderThan(table, deletes);
    }

    @Override
    public FallenRows standingOver(TableId table, List<PastDelete> deletes) throws SQLException {
        return lookAgain.over(table, deletes);
    }

    @Override
    public FallenRows deleteOlderThanTombstonesOf(TransactionHeader header, TableId table) throws SQLException {
        return lookAgain.ofTransaction(header, table);
    }

    @Override
    public List<FallenRows> deleteBelowTombstones(TableId table, List<String> keys) throws SQLException {
        return lookAgain.atKeys(table, keys);
    }

    @Override
    public List<FallenRows> deleteBelowTombstones(TableId table) throws SQLException {
        return lookAgain.everywhere(table);
    }

    @Override
    public List<TableId> tablesWithTombstones() throws SQLException {
        return Tombstones.tables(connection);
    }

    @Override
    public void loadTombstones(TombstoneIndex index) throws SQLException {
        Tombstones.load(connection, index);
    }

    @Override
    public void awaitVisible(long xid) throws SQLException {
        visibility.await(xid);
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
    }

    @Override
    public void forgetTables() {
        tables.forgetTables();
        lookAgain.forgetTables();
        merges.forgetTables();
        keys.forgetTables();
        uniques.forgetTables();
        translator.forgetTables();
    }

    private static long onlyLong(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
