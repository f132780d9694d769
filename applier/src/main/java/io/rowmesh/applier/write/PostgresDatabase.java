package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * PostgreSQL.
 *
 * @param region the region that the database belongs to
 */
public record PostgresDatabase(String region) implements LocalDatabase {

    private static final String TABLES = """
            select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and (n.nspname || '.' || c.relname = ? or c.relname = ?)
              and n.nspname not in ('information_schema', 'rowmesh') and n.nspname !~ '^pg_'
            order by n.nspname || '.' || c.relname = ? desc, 1, 2""";

    @Override
    public void pin(Connection connection) throws SQLException {
        TextForms.pin(connection);
    }

    @Override
    public boolean tellsVersions() {
        return true;
    }

    @Override
    public StoredRows rows(Connection connection, TableId table) throws SQLException {
        return StoredRows.of(connection, table, region);
    }

    @Override
    public SettledRow settled(Connection connection, TableKey key, List<String> keyTexts, TableRules rules) throws SQLException {
        return new PostgresSettledRow(connection, key, keyTexts, rules);
    }

    @Override
    public ConflictHistory history(Connection connection, BiPredicate<TableId, String> isPrivate) throws SQLException {
        return ConflictHistory.open(connection, isPrivate);
    }

    @Override
    public List<TableId> tables(Connection connection, String called) throws SQLException {
        List<TableId> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(TABLES)) {
            for (int i = 1; i <= 3; i++) {
                query.setString(i, called);
            }
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(new TableId(rows.getString(1), rows.getString(2)));
                }
            }
        }
        return found;
    }
}
