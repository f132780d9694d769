package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Row changes of one origin that could not be applied here. Later changes of their keys wait behind them, so that order is
 * kept and nothing is dropped; the rest of the stream flows on (H24).
 */
final class ParkedRows {

    private final Connection connection;
    private final Set<TableKey> keys = new HashSet<>();

    private ParkedRows(Connection connection) {
        this.connection = connection;
    }

    static ParkedRows load(Connection connection) throws SQLException {
        ParkedRows parked = new ParkedRows(connection);
        try (PreparedStatement query = connection.prepareStatement(
                "select distinct table_schema, table_name, row_key from rowmesh.parked"); ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                parked.keys.add(new TableKey(new TableId(rows.getString(1), rows.getString(2)), rows.getString(3)));
            }
        }
        return parked;
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
                + " where table_schema = ? and table_name = ? and row_key = ?)")) {
            query.setString(1, key.table().schema());
            query.setString(2, key.table().name());
            query.setString(3, key.key());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    keys.remove(key);
                }
                return row.getBoolean(1);
            }
        }
    }

    /** Written in the running transaction, which goes on without the change. */
    void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        TableKey key = TableKey.of(change);
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into rowmesh.parked (origin, epoch, sequence, table_schema, table_name, row_key, kind, committed_at,
                  change, sqlstate, reason, parked_at)
                values (?, ?, ?, ?, ?, ?, ?, ?::timestamptz, ?, ?, ?, clock_timestamp())""")) {
            insert.setString(1, header.origin());
            insert.setInt(2, header.epoch());
            insert.setLong(3, header.sequence());
            insert.setString(4, key.table().schema());
            insert.setString(5, key.table().name());
            insert.setString(6, key.key());
            insert.setString(7, change.kind().name().toLowerCase(java.util.Locale.ROOT));
            insert.setString(8, Micros.text(header.commitMicros()));
            insert.setBytes(9, WireCodec.encodeChunk(List.of(change)));
            insert.setString(10, cause.getSQLState());
            insert.setString(11, cause.getMessage());
            insert.execute();
        }
        keys.add(key);
    }
}
