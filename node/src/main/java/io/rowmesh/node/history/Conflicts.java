package io.rowmesh.node.history;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Reads the conflict history. */
public final class Conflicts {

    private Conflicts() {
    }

    /** Which conflicts; null stands for any. */
    public record Filter(String table, Duration since, String type, int limit) {
    }

    /** The newest first. */
    public static List<ConflictRow> list(Connection connection, Filter filter) throws SQLException {
        StringBuilder where = new StringBuilder("true");
        List<Object> parameters = new ArrayList<>();
        if (filter.table() != null) {
            where.append(" and (concat(table_schema, '.', table_name) = ? or table_name = ?)");
            parameters.addAll(List.of(filter.table(), filter.table()));
        }
        if (filter.since() != null) {
            where.append(" and noted_at > ").append(ControlSql.of(connection).sinceAgo());
            parameters.add(TimeUnit.MILLISECONDS.toMicros(filter.since().toMillis()));
        }
        if (filter.type() != null) {
            where.append(" and type = ?");
            parameters.add(filter.type());
        }
        parameters.add(filter.limit());
        return read(connection, where + " order by noted_at desc, conflict_id desc limit ?", parameters);
    }

    public static Optional<ConflictRow> one(Connection connection, long id) throws SQLException {
        return read(connection, "conflict_id = ?", List.of(id)).stream().findFirst();
    }

    /** Those of one row, the newest first. */
    static List<ConflictRow> of(Connection connection, TableId table, String key, int limit) throws SQLException {
        return read(connection, "table_schema = ? and table_name = ? and " + ControlSql.of(connection).keyIs()
                + " order by noted_at desc, conflict_id desc limit ?", List.of(table.schema(), table.name(), key, limit));
    }

    private static List<ConflictRow> read(Connection connection, String which, List<Object> parameters) throws SQLException {
        String sql = "select " + ConflictRow.columns(ControlSql.of(connection)) + " from rowmesh.conflict where " + which;
        List<ConflictRow> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.size(); i++) {
                query.setObject(i + 1, parameters.get(i));
            }
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(ConflictRow.read(rows));
                }
            }
        }
        return found;
    }
}
