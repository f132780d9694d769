package io.rowmesh.applier.write;

import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Hidden rows of a table under unique: newest-wins, and which row hides which: for people who ask where a row is. */
public final class HiddenRows {

    private static final String OF_KEY = "s.table_schema = ? and s.table_name = ? and md5(%s) = md5(?)";

    private HiddenRows() {
    }

    /**
     * A hidden row.
     *
     * @param row     column to exact text
     * @param written when its key was last written
     * @param origin  the region of that write
     */
    public record Hidden(Map<String, String> row, String written, String origin) {
    }

    /** Two rows with one value of a unique key: the other one's canonical key, and the unique key's name. */
    public record Collision(String key, String unique) {
    }

    /** The hidden row of a key; null when there is none. */
    public static Hidden of(Connection connection, TableId table, String key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select s.written_at::text, s.origin, e.key, e.value from rowmesh.shadow s,"
                + " json_each_text(s.image::json) e where " + OF_KEY.formatted("s.row_key"))) {
            JdbcRows.named(query, 1, table, key);
            try (ResultSet row = query.executeQuery()) {
                Hidden found = null;
                while (row.next()) {
                    found = found == null ? new Hidden(new LinkedHashMap<>(), row.getString(1), row.getString(2)) : found;
                    found.row().put(row.getString(3), row.getString(4));
                }
                return found;
            }
        }
    }

    /** The rows of the table that hide the hidden row of a key. */
    public static List<Collision> hiding(Connection connection, TableId table, String key) throws SQLException {
        return collisions(connection, table, key, true);
    }

    /** The hidden rows that the key's row in the table hides. */
    public static List<Collision> hiddenBy(Connection connection, TableId table, String key) throws SQLException {
        return collisions(connection, table, key, false);
    }

    private static List<Collision> collisions(Connection connection, TableId id, String key, boolean hiding) throws SQLException {
        LocalTable table = new LocalCatalog(connection).table(id);
        String keyOfRow = StoredVersion.key(table);
        List<Collision> found = new ArrayList<>();
        for (UniqueIndexes.Index index : UniqueIndexes.of(connection, id)) {
            if (index.refusal() != null) {
                continue;
            }
            String equal = index.columns().stream().map(column -> "t." + StoredRows.name(column) + " = (s.image::jsonb ->> "
                    + MergeStatements.literal(column) + ")::" + table.columns().get(column).castType()).collect(Collectors.joining(" and "));
            String sql = "select " + (hiding ? keyOfRow : "s.row_key") + " from " + StoredRows.quoted(id) + " t, rowmesh.shadow s where "
                    + OF_KEY.formatted(hiding ? "s.row_key" : keyOfRow) + " and " + equal + " order by 1 limit 20";
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                JdbcRows.named(query, 1, id, key);
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        found.add(new Collision(row.getString(1), index.name()));
                    }
                }
            }
        }
        return found;
    }
}
