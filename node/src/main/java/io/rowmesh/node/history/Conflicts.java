package io.rowmesh.node.history;

import io.rowmesh.applier.write.TextForms;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the conflict history. */
public final class Conflicts {

    private static final String SELECT = "select " + ConflictRow.COLUMNS + " from rowmesh.conflict where ";

    private Conflicts() {
    }

    /** Which conflicts; null stands for any. */
    public record Filter(String table, Duration since, String type, int limit) {
    }

    /** The newest first. */
    public static List<ConflictRow> list(Connection connection, Filter filter) throws SQLException {
        return read(connection, SELECT + "(?::text is null or table_schema || '.' || table_name = ? or table_name = ?)"
                        + " and (?::text is null or noted_at > clock_timestamp() - ?::interval) and (?::text is null or type = ?)"
                        + " order by noted_at desc, conflict_id desc limit ?",
                filter.table(), filter.table(), filter.table(), interval(filter.since()), interval(filter.since()), filter.type(), filter.type(),
                filter.limit());
    }

    public static Optional<ConflictRow> one(Connection connection, long id) throws SQLException {
        return read(connection, SELECT + "conflict_id = ?", id).stream().findFirst();
    }

    /** Those of one row, the newest first. */
    static List<ConflictRow> of(Connection connection, TableId table, String key, int limit) throws SQLException {
        return read(connection, SELECT + "table_schema = ? and table_name = ? and md5(row_key) = md5(?) order by noted_at desc,"
                + " conflict_id desc limit ?", table.schema(), table.name(), key, limit);
    }

    private static String interval(Duration duration) {
        return duration == null ? null : duration.toMillis() + " milliseconds";
    }

    private static List<ConflictRow> read(Connection connection, String sql, Object... parameters) throws SQLException {
        TextForms.pin(connection);
        List<ConflictRow> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                query.setObject(i + 1, parameters[i]);
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
