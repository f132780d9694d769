package io.rowmesh.node.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks the node to apply parked changes again. The request stands in the database: only the lane of the change's origin can write
 * it with its own version, and takes the request up when it runs.
 */
public final class RetryRequest {

    private final Connection connection;
    private final List<Long> ids;

    /** What came of an entry. */
    public enum State { APPLIED, REFUSED, OPEN }

    private RetryRequest(Connection connection, List<Long> ids) {
        this.connection = connection;
        this.ids = ids;
    }

    /** For everything that is parked. */
    public static RetryRequest all(Connection connection) throws SQLException {
        return request(connection, "true");
    }

    /** For an entry, and with it all of its key. */
    public static RetryRequest of(Connection connection, long id) throws SQLException {
        return request(connection, "(table_schema, table_name, row_key) in (select table_schema, table_name, row_key from rowmesh.parked"
                + " where parked_id = " + id + ")");
    }

    private static RetryRequest request(Connection connection, String which) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (PreparedStatement update = connection.prepareStatement("update rowmesh.parked set retry_requested_at = clock_timestamp() where "
                + which + " returning parked_id"); ResultSet rows = update.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        ids.sort(Long::compare);
        return new RetryRequest(connection, ids);
    }

    public boolean isEmpty() {
        return ids.isEmpty();
    }

    /** How each entry stands now, in order. */
    public Map<Long, State> states() throws SQLException {
        Map<Long, State> states = new LinkedHashMap<>();
        ids.forEach(id -> states.put(id, State.APPLIED));
        try (PreparedStatement query = connection.prepareStatement(
                "select parked_id, retry_requested_at is not null from rowmesh.parked where parked_id = any (?)")) {
            query.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    states.put(rows.getLong(1), rows.getBoolean(2) ? State.OPEN : State.REFUSED);
                }
            }
        }
        return states;
    }
}
