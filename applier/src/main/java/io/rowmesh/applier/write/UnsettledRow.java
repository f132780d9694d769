package io.rowmesh.applier.write;

import io.rowmesh.rules.siblings.Sibling;
import io.rowmesh.rules.siblings.SiblingRule;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A row under the rule park of which there are several writes that did not see each other.
 *
 * @param id       by which people name it here; another one in each region
 * @param key      canonical
 * @param siblings the writes, at most one of each region, the newest last: that one is shown
 */
public record UnsettledRow(long id, TableId table, String key, List<Sibling> siblings) {

    private static final String SELECT = "select key_id, table_schema, table_name, row_key, state from rowmesh.key_state where unresolved > 0 and row_key <> '*' ";

    /** The oldest first. */
    public static List<UnsettledRow> list(Connection connection, int limit) throws SQLException {
        return query(connection, "order by key_id limit ?", limit);
    }

    public static Optional<UnsettledRow> one(Connection connection, long id) throws SQLException {
        return query(connection, "and key_id = ?", id).stream().findFirst();
    }

    public Sibling shown() {
        return siblings.get(siblings.size() - 1);
    }

    private static List<UnsettledRow> query(Connection connection, String rest, long parameter) throws SQLException {
        List<UnsettledRow> found = new ArrayList<>();
        if (!ControlSql.of(connection).keepsKeys()) {
            return found;
        }
        try (PreparedStatement query = connection.prepareStatement(SELECT + rest)) {
            query.setLong(1, parameter);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(new UnsettledRow(row.getLong(1), new TableId(row.getString(2), row.getString(3)), row.getString(4),
                            SiblingRule.read(row.getString(5)).siblings()));
                }
            }
        }
        return found;
    }
}
