package io.rowmesh.node.history;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSql;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * One row of {@code rowmesh.conflict}. Times are texts in UTC; what the history does not have is null.
 *
 * @param key       null in a summary of several conflicts
 * @param stored    the row that the incoming change met
 * @param conflicts how many it stands for
 * @param parkedId  the parked entry that it tells of
 */
public record ConflictRow(long id, String notedAt, String type, String schema, String table, String key, String rule, String decision,
                          JsonNode stored, String storedAt, String storedOrigin, JsonNode incoming, String incomingAt,
                          String incomingOrigin, Integer epoch, Long sequence, long conflicts, Long parkedId, String note) {

    static String columns(ControlSql sql) {
        return "conflict_id, " + sql.text("noted_at") + ", type, table_schema, table_name, row_key, rule, decision, stored_row, "
                + sql.text("stored_at") + ", stored_origin, incoming_row, " + sql.text("incoming_at")
                + ", incoming_origin, epoch, sequence, conflicts, parked_id, note";
    }

    static ConflictRow read(ResultSet row) throws SQLException {
        return new ConflictRow(row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5), row.getString(6),
                row.getString(7), row.getString(8), json(row.getString(9)), row.getString(10), row.getString(11), json(row.getString(12)),
                row.getString(13), row.getString(14), row.getObject(15, Integer.class), row.getObject(16, Long.class), row.getLong(17),
                row.getObject(18, Long.class), row.getString(19));
    }

    static JsonNode json(String text) {
        return text == null ? null : JsonMapper.shared().readTree(text);
    }

    TableId tableId() {
        return new TableId(schema, table);
    }
}
