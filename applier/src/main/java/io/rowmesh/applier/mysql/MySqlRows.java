package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.locking.LockedRows;
import io.rowmesh.applier.locking.RowVersions;
import io.rowmesh.applier.translate.Translator;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.Progress;
import io.rowmesh.applier.write.RetrySession;
import io.rowmesh.applier.write.StoredRows;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.applier.write.Tombstones;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.types.LocalColumns;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A MySQL database, over one connection of {@link MySqlSession}. */
public final class MySqlRows implements LockedRows, RetrySession {

    private final Connection connection;
    private final String origin;
    private final MySqlLog log;
    private final LongSupplier confirmed;
    private final MySqlWrites writes;
    private final MySqlTombstones tombstones;
    private final Aside aside;
    private final Translator translator;
    private final LongSupplier definitions;
    /** What {@link RowVersions#definitions} said when the tables were last looked up anew. */
    private long defined;
    private Savepoint savepoint;
    /** Whether the open transaction has said whose it is. */
    private boolean tagged;

    /**
     * @param origin    for which the session stands
     * @param confirmed the position up to which the capture has read the log for good: what is committed behind it may be met again
     */
    MySqlRows(Connection connection, MySqlNames names, String origin, MySqlLog log, RowVersions versions, LongSupplier confirmed,
              ApplierOptions options) throws SQLException {
        this.connection = connection;
        this.origin = origin;
        this.log = log;
        this.confirmed = confirmed;
        this.writes = new MySqlWrites(connection, names);
        this.tombstones = new MySqlTombstones(connection);
        this.definitions = versions::definitions;
        this.defined = versions.definitions();
        this.translator = new Translator(true, table -> LocalColumns.of(new MySqlCatalog(connection, names).table(table).shape()));
        this.aside = new Aside(connection, options, change -> standing(change, versions));
    }

    /** The row that stands where a change would be written. */
    private Optional<StoredRows.Stored> standing(RowChange change, RowVersions versions) throws SQLException {
        TableKey key = TableKey.of(change);
        writes.require(change.table());
        return Optional.ofNullable(writes.lock(key.table(), List.of(key.key())).get(key.key()))
                .map(row -> new StoredRows.Stored(row, versions.of(key)));
    }

    @Override
    public Progress progress(String any) throws SQLException {
        return MySqlProgress.read(connection, any);
    }

    @Override
    public void writeProgress(TransactionHeader header) throws SQLException {
        MySqlProgress.append(connection, header, log.end());
        tagged = true;
    }

    /** What a table was is no help once it was altered: MySQL rounds some values without a word. */
    private void forgetAltered() {
        long now = definitions.getAsLong();
        if (now != defined) {
            defined = now;
            forgetTables();
        }
    }

    @Override
    public void tagRepair() throws SQLException {
        forgetAltered();
        if (!tagged) {
            tag(null);
        }
    }

    /** @param writtenAt the version's timestamp of the rows that are written now; null when none are */
    private void tag(String writtenAt) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update rowmesh.tag set tagged = tagged + 1, committed_at = ? where origin = ?")) {
            update.setString(1, writtenAt);
            update.setString(2, origin);
            if (update.executeUpdate() != 1) {
                throw new SQLException("the row of " + origin + " is gone from rowmesh.tag; it comes back with the next session", "55000");
            }
        }
        tagged = true;
    }

    @Override
    public boolean mayHaveParked() {
        return aside.mayHaveParked();
    }

    @Override
    public void beginAgain(TransactionHeader header) throws SQLException {
        forgetAltered();
        tag(MySqlTime.text(header.commitMicros()));
    }

    @Override
    public long ahead(long micros) throws SQLException {
        try (Statement statement = connection.createStatement();
             ResultSet row = statement.executeQuery("select " + MySqlTime.micros("sysdate(6)"))) {
            row.next();
            return micros - row.getLong(1);
        }
    }

    @Override
    public long logEnd() throws SQLException {
        return log.end();
    }

    @Override
    public void require(List<RowChange> changes) throws SQLException {
        translator.require(changes.get(0));
        writes.require(changes.get(0).table());
    }

    @Override
    public List<RowChange> incoming(List<RowChange> changes) throws SQLException {
        forgetAltered();
        return translator.translate(changes);
    }

    @Override
    public Map<String, NamedRow> lock(TableId table, List<String> keys) throws SQLException {
        return writes.lock(table, keys);
    }

    @Override
    public Piece lockPiece(TableId table, String after) throws SQLException {
        return writes.lockPiece(table, after);
    }

    @Override
    public List<String> insert(List<RowChange> changes) throws SQLException {
        return writes.insert(changes);
    }

    @Override
    public void update(List<RowChange> changes) throws SQLException {
        writes.update(changes);
    }

    @Override
    public void delete(TableId table, List<String> keys) throws SQLException {
        if (!keys.isEmpty()) {
            writes.delete(table, keys);
        }
    }

    @Override
    public Map<String, PastDelete> tombstones(TableId table, List<String> keys) throws SQLException {
        return tombstones.over(table, keys);
    }

    @Override
    public void recordTombstones(String of, int epoch, List<Tombstones.Dated> deletes) throws SQLException {
        tombstones.record(of, epoch, deletes);
    }

    @Override
    public List<PastDelete> tombstonesOf(TableId table, String after, int atMost) throws SQLException {
        return tombstones.of(table, after, atMost);
    }

    @Override
    public List<PastDelete> tombstonesOf(TransactionHeader header, TableId table, String after, int atMost) throws SQLException {
        return tombstones.of(header, table, after, atMost);
    }

    @Override
    public List<String> pending(TableId table, List<String> keys) throws SQLException {
        List<String> asked = new ArrayList<>(keys);
        asked.add(RowKey.ALL);
        List<String> pending = tombstones.pending(table, asked);
        return pending.contains(RowKey.ALL) ? keys : pending;
    }

    @Override
    public List<TableId> tablesWithTombstones() throws SQLException {
        return tombstones.tables();
    }

    @Override
    public void loadTombstones(TombstoneIndex index) throws SQLException {
        tombstones.load(index);
    }

    @Override
    public boolean isParked(RowChange change) throws SQLException {
        return aside.isParked(change);
    }

    @Override
    public List<ConflictRecord> unpark(RowChange of, String rule, String note) throws SQLException {
        return aside.unpark(of, rule, note);
    }

    @Override
    public void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        aside.park(header, change, cause);
    }

    @Override
    public String writeConflicts(ConflictBatch conflicts) throws SQLException {
        return aside.writeConflicts(conflicts);
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
    public void pruneProgress(TransactionHeader header) throws SQLException {
        MySqlProgress.prune(connection, header, confirmed.getAsLong());
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
        tagged = false;
    }

    @Override
    public void rollback() throws SQLException {
        tagged = false;
        connection.rollback();
    }

    @Override
    public void forgetTables() {
        writes.forgetTables();
        translator.forgetTables();
    }
}
