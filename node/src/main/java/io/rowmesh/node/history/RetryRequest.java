package io.rowmesh.node.history;

import io.rowmesh.schema.store.ControlSql;

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
        try (PreparedStatement query = connection.prepareStatement("select parked_id from rowmesh.parked order by parked_id")) {
            return request(connection, query);
        }
    }

    /** For an entry, and with it all of its key. */
    public static RetryRequest of(Connection connection, long id) throws SQLException {
        String key = "table_schema, table_name, " + ControlSql.of(connection).digest();
        try (PreparedStatement query = connection.prepareStatement("select parked_id from rowmesh.parked where (" + key + ") in (select " + key
                + " from rowmesh.parked where parked_id = ?) order by parked_id")) {
            query.setLong(1, id);
            return request(connection, query);
        }
    }

    private static RetryRequest request(Connection connection, PreparedStatement query) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        // One that is gone by now was applied or settled.
        try (PreparedStatement update = connection.prepareStatement("update rowmesh.parked set retry_requested_at = "
                + ControlSql.of(connection).now() + " where parked_id = ?")) {
            for (long id : ids) {
                update.setLong(1, id);
                update.addBatch();
            }
            update.executeBatch();
        }
        return new RetryRequest(connection, ids);
    }

    public boolean isEmpty() {
        return ids.isEmpty();
    }

    /** How each entry stands now, in order. */
    public Map<Long, State> states() throws SQLException {
        Map<Long, State> states = new LinkedHashMap<>();
        ids.forEach(id -> states.put(id, State.APPLIED));
        if (ids.isEmpty()) {
            return states;
        }
        try (PreparedStatement query = connection.prepareStatement(
                "select parked_id, retry_requested_at is not null from rowmesh.parked where parked_id between ? and ?")) {
            query.setLong(1, ids.get(0));
            query.setLong(2, ids.get(ids.size() - 1));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    State state = rows.getBoolean(2) ? State.OPEN : State.REFUSED;
                    states.computeIfPresent(rows.getLong(1), (id, applied) -> state);
                }
            }
        }
        return states;
    }
}
