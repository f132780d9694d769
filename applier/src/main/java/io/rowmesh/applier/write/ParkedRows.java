package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.history.RowJson;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.WireCodec;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
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
final class ParkedRows {

    private static final String INSERT = """
            insert into rowmesh.parked (origin, epoch, sequence, table_schema, table_name, row_key, kind, committed_at, change, sqlstate,
              reason, parked_at, header, incoming_row, stored_row, stored_at, stored_origin, waits_for)
            select ?, ?, ?, ?, ?, ?, ?, ?::timestamptz, ?, ?, ?, clock_timestamp(), ?, ?::json, ?::json, ?::timestamptz, ?,
              case when ? then (select min(h.parked_id) from rowmesh.parked h
                where h.table_schema = ? and h.table_name = ? and md5(h.row_key) in (md5(?), md5('*'))) end""";

    private final Connection connection;
    private final RowJson json;
    private final String region;
    private final Set<TableKey> keys = new HashSet<>();

    private ParkedRows(Connection connection, RowJson json, String region) {
        this.connection = connection;
        this.json = json;
        this.region = region;
    }

    /** @param json how rows are shown to people */
    static ParkedRows load(Connection connection, RowJson json, String region) throws SQLException {
        ParkedRows parked = new ParkedRows(connection, json, region);
        try (PreparedStatement query = connection.prepareStatement(
                "select distinct table_schema, table_name, row_key from rowmesh.parked"); ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                parked.keys.add(new TableKey(new TableId(rows.getString(1), rows.getString(2)), rows.getString(3)));
            }
        }
        return parked;
    }

    /** Whether any may be parked, as far as is known without asking. */
    boolean any() {
        return !keys.isEmpty();
    }

    /** Whether a change must wait behind a parked one of its key. A person may have settled that meanwhile. */
    boolean blocks(RowChange change) throws SQLException {
        return !keys.isEmpty() && (stillParked(TableKey.of(change))
                || stillParked(TombstoneIndex.wholeTable(change.table().id())));
    }

    private boolean stillParked(TableKey key) throws SQLException {
        if (!keys.contains(key)) {
            return false;
        }
        try (PreparedStatement query = connection.prepareStatement("select exists (select from rowmesh.parked"
                + " where table_schema = ? and table_name = ? and md5(row_key) = md5(?))")) {
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
        try (PreparedStatement delete = connection.prepareStatement("with d as (delete from rowmesh.parked where table_schema = ? and table_name = ?"
                + " and (? = '*' or md5(row_key) = md5(?)) returning *) select " + ParkedChange.COLUMNS + " from d order by parked_id")) {
            JdbcRows.named(delete, 1, key);
            delete.setString(4, key.key());
            try (ResultSet rows = delete.executeQuery()) {
                while (rows.next()) {
                    taken.add(ParkedChange.read(rows));
                }
            }
        }
        return taken;
    }

    /** Written in the running transaction, which goes on without the change. */
    void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        TableKey key = TableKey.of(change);
        StoredRows.Stored stored = stored(change).orElse(new StoredRows.Stored(null, null));
        Version version = stored.version();
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, header.origin());
            insert.setInt(2, header.epoch());
            insert.setLong(3, header.sequence());
            JdbcRows.named(insert, 4, key);
            insert.setString(7, change.kind().name().toLowerCase(Locale.ROOT));
            insert.setString(8, Micros.text(header.commitMicros()));
            insert.setBytes(9, WireCodec.encodeChunk(List.of(change)));
            insert.setString(10, cause.getSQLState());
            insert.setString(11, cause.getMessage());
            insert.setBytes(12, WireCodec.encodeHeader(header));
            insert.setString(13, json.text(key.table(), NamedRow.of(change)));
            insert.setString(14, json.text(key.table(), stored.row()));
            insert.setString(15, version == null ? null : Micros.text(version.commitMicros()));
            insert.setString(16, version == null ? null : version.origin());
            insert.setBoolean(17, SqlFaults.onlyWaits(cause));
            JdbcRows.named(insert, 18, key);
            insert.execute();
        }
        keys.add(key);
    }

    /** The row that stands here now, for people. A table that does not fit the change tells of none. */
    private Optional<StoredRows.Stored> stored(RowChange change) throws SQLException {
        if (change.kind() == RowChange.Kind.TRUNCATE) {
            return Optional.empty();
        }
        Savepoint before = connection.setSavepoint();
        try {
            Optional<StoredRows.Stored> row = StoredRows.of(connection, change.table().id(), region).read(List.of(LookAgain.keyTexts(change)));
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
