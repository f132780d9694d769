package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.history.RowJson;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.WireCodec;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Row changes of one origin that could not be applied here. Later changes of their keys wait behind them, so that order is
 * kept and nothing is dropped; the rest of the stream flows on (H24).
 */
public final class ParkedRows {

    private final Connection connection;
    private final ControlSql sql;
    private final RowJson json;
    private final Standing standing;
    private final String insert;
    private final Set<TableKey> keys = new HashSet<>();

    /** Reads the row that stands where a change would be written. */
    public interface Standing {

        /** @throws SQLException among others when the table here does not fit the change */
        Optional<StoredRows.Stored> read(RowChange change) throws SQLException;
    }

    private ParkedRows(Connection connection, RowJson json, Standing standing) throws SQLException {
        this.connection = connection;
        this.sql = ControlSql.of(connection);
        this.json = json;
        this.standing = standing;
        this.insert = "insert into rowmesh.parked (origin, epoch, sequence, table_schema, table_name, row_key, kind, committed_at, "
                + sql.quoted("change") + ", " + sql.quoted("sqlstate") + ", reason, parked_at, header, incoming_row, stored_row, stored_at,"
                + " stored_origin, waits_for) values (?, ?, ?, ?, ?, ?, ?, " + sql.time() + ", ?, ?, ?, " + sql.now() + ", ?, " + sql.json() + ", "
                + sql.json() + ", " + sql.time() + ", ?, ?)";
    }

    /**
     * @param json     how rows are shown to people
     * @param standing over the same connection
     */
    public static ParkedRows load(Connection connection, RowJson json, Standing standing) throws SQLException {
        ParkedRows parked = new ParkedRows(connection, json, standing);
        try (PreparedStatement query = connection.prepareStatement(
                "select table_schema, table_name, row_key from rowmesh.parked"); ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                parked.keys.add(new TableKey(new TableId(rows.getString(1), rows.getString(2)), rows.getString(3)));
            }
        }
        return parked;
    }

    /** Whether any may be parked, as far as is known without asking. */
    public boolean any() {
        return !keys.isEmpty();
    }

    /** Whether a change must wait behind a parked one of its key. A person may have settled that meanwhile. */
    public boolean blocks(RowChange change) throws SQLException {
        return !keys.isEmpty() && (stillParked(TableKey.of(change))
                || stillParked(TombstoneIndex.wholeTable(change.table().id())));
    }

    private boolean stillParked(TableKey key) throws SQLException {
        if (!keys.contains(key)) {
            return false;
        }
        try (PreparedStatement query = connection.prepareStatement("select exists (select 1 from rowmesh.parked"
                + " where table_schema = ? and table_name = ? and " + sql.keyIs() + ")")) {
            JdbcRows.named(query, 1, key);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    keys.remove(key);
                }
                return row.getBoolean(1);
            }
        }
    }

    /** Deletes what is parked of a key, or of all keys of a table, in the running transaction; in the order in which it was parked. */
    List<ParkedChange> take(TableKey key) throws SQLException {
        List<ParkedChange> taken = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select " + ParkedChange.columns(sql)
                + " from rowmesh.parked p where table_schema = ? and table_name = ?" + (key.isWholeTable() ? "" : " and " + sql.keyIs())
                + " order by parked_id for update")) {
            int p = JdbcRows.table(query, 1, key.table());
            if (!key.isWholeTable()) {
                query.setString(p, key.key());
            }
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    taken.add(ParkedChange.read(rows));
                }
            }
        }
        ParkedChange.delete(connection, taken);
        return taken;
    }

    /** The same, as the history is to tell of it. */
    public List<ConflictRecord> take(TableKey key, String rule, String note) throws SQLException {
        return take(key).stream().map(taken -> taken.told(rule, Decision.DROPPED, note)).toList();
    }

    /** Written in the running transaction, which goes on without the change. */
    public void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        TableKey key = TableKey.of(change);
        StoredRows.Stored stored = stored(change).orElse(new StoredRows.Stored(null, null));
        Version version = stored.version();
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            statement.setString(1, header.origin());
            statement.setInt(2, header.epoch());
            statement.setLong(3, header.sequence());
            JdbcRows.named(statement, 4, key);
            statement.setString(7, change.kind().name().toLowerCase(Locale.ROOT));
            statement.setLong(8, header.commitMicros());
            statement.setBytes(9, WireCodec.encodeChunk(List.of(change)));
            statement.setString(10, cause.getSQLState());
            statement.setString(11, cause.getMessage());
            statement.setBytes(12, WireCodec.encodeHeader(header));
            statement.setString(13, json.text(key.table(), NamedRow.of(change)));
            statement.setString(14, json.text(key.table(), stored.row()));
            statement.setObject(15, version == null ? null : version.commitMicros(), Types.BIGINT);
            statement.setString(16, version == null ? null : version.origin());
            statement.setObject(17, SqlFaults.onlyWaits(cause) ? firstOf(key) : null, Types.BIGINT);
            statement.execute();
        }
        keys.add(key);
    }

    /** The entry behind which a change of the key waits. Nobody else parks one meanwhile: the key is locked in the node. */
    private Long firstOf(TableKey key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select min(parked_id) from rowmesh.parked where table_schema = ? and table_name = ? and "
                + sql.keyIsOrAll())) {
            JdbcRows.named(query, 1, key);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getObject(1, Long.class);
            }
        }
    }

    /** The row that stands here now, for people. A table that does not fit the change tells of none. */
    private Optional<StoredRows.Stored> stored(RowChange change) throws SQLException {
        if (change.kind() == RowChange.Kind.TRUNCATE) {
            return Optional.empty();
        }
        Savepoint before = connection.setSavepoint();
        try {
            Optional<StoredRows.Stored> row = standing.read(change);
            connection.releaseSavepoint(before);
            return row;
        } catch (SQLException e) {
            if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                throw e;
            }
            connection.rollback(before);
            return Optional.empty();
        }
    }
}
