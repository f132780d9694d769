package io.rowmesh.node.history;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSql;
import tools.jackson.databind.JsonNode;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One row of {@code rowmesh.parked}. Times are texts in UTC; what is not known is null.
 *
 * @param waitsFor         the entry that it waits behind; null when its own cause must be mended
 * @param retryRequestedAt since when the node is asked to apply it again
 */
public record ParkedRow(long id, String origin, int epoch, long sequence, String schema, String table, String key, String kind,
                        String committedAt, String sqlstate, String reason, String parkedAt, JsonNode incoming, JsonNode stored,
                        String storedAt, String storedOrigin, Long waitsFor, String retryRequestedAt, String retriedAt) {

    /** The oldest first. */
    public static List<ParkedRow> list(Connection connection, int limit) throws SQLException {
        return query(connection, "order by parked_id limit ?", limit);
    }

    public static Optional<ParkedRow> one(Connection connection, long id) throws SQLException {
        return query(connection, "where parked_id = ?", id).stream().findFirst();
    }

    /** Those of one key, of all origins, in order. */
    public static List<ParkedRow> of(Connection connection, TableId table, String key) throws SQLException {
        return query(connection, "where table_schema = ? and table_name = ? and " + ControlSql.of(connection).keyIs() + " order by parked_id", table.schema(),
                table.name(), key);
    }

    public TableId tableId() {
        return new TableId(schema, table);
    }

    private static List<ParkedRow> query(Connection connection, String rest, Object... parameters) throws SQLException {
        ControlSql sql = ControlSql.of(connection);
        String select = "select p.parked_id, p.origin, p.epoch, p.sequence, p.table_schema, p.table_name, p.row_key, p.kind, " + sql.text("p.committed_at")
                + ", p.sqlstate, p.reason, " + sql.text("p.parked_at") + ", p.incoming_row, p.stored_row, " + sql.text("p.stored_at")
                + ", p.stored_origin, p.waits_for, " + sql.text("p.retry_requested_at") + ", " + sql.text("p.retried_at") + " from rowmesh.parked p ";
        List<ParkedRow> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(select + rest)) {
            for (int i = 0; i < parameters.length; i++) {
                query.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(read(rows));
                }
            }
        }
        return found;
    }

    private static ParkedRow read(ResultSet row) throws SQLException {
        return new ParkedRow(row.getLong(1), row.getString(2), row.getInt(3), row.getLong(4), row.getString(5), row.getString(6),
                row.getString(7), row.getString(8), row.getString(9), row.getString(10), row.getString(11), row.getString(12),
                ConflictRow.json(row.getString(13)), ConflictRow.json(row.getString(14)), row.getString(15), row.getString(16),
                row.getObject(17, Long.class), row.getString(18), row.getString(19));
    }
}
