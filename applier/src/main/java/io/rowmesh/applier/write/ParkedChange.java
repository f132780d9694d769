package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * An entry of {@code rowmesh.parked}, as it is needed to apply it.
 *
 * @param sqlstate of the cause
 */
record ParkedChange(long id, TransactionHeader header, RowChange change, String sqlstate) {

    /** Of the table under the name {@code p}, as both are words of SQL in MySQL. */
    static String columns(ControlSql sql) {
        return "p.parked_id, p.origin, p.epoch, p.sequence, " + sql.micros("p.committed_at") + ", p.header, p.change, p.sqlstate";
    }

    static ParkedChange read(ResultSet row) throws SQLException {
        byte[] header = row.getBytes(6);
        TransactionHeader known = header == null
                // Parked before headers were kept: what its origin had seen is not known any more.
                ? new TransactionHeader(row.getString(2), row.getInt(3), row.getLong(4), row.getLong(5), 0, 1, 1, List.of(), false)
                : WireCodec.decodeHeader(header);
        return new ParkedChange(row.getLong(1), known, WireCodec.decodeChunk(row.getBytes(7)).get(0), row.getString(8));
    }

    /** With the change in another shape. */
    ParkedChange as(RowChange translated) {
        return new ParkedChange(id, header, translated, sqlstate);
    }

    /** In the open transaction. */
    static void delete(Connection connection, List<ParkedChange> changes) throws SQLException {
        if (changes.isEmpty()) {
            return;
        }
        try (PreparedStatement delete = connection.prepareStatement("delete from rowmesh.parked where parked_id = ?")) {
            for (ParkedChange change : changes) {
                delete.setLong(1, change.id());
                delete.addBatch();
            }
            delete.executeBatch();
        }
    }

    /** For the history: what came of it. */
    ConflictRecord told(String rule, Decision decision, String note) {
        return new ConflictRecord(null, key().table(), key().key(), rule, decision, null,
                ConflictRecord.Incoming.of(NamedRow.of(change), header), id, note);
    }

    TableKey key() {
        return TableKey.of(change);
    }

    boolean sameTransaction(ParkedChange other) {
        return header.epoch() == other.header.epoch() && header.sequence() == other.header.sequence();
    }
}
