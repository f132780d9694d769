package io.rowmesh.applier.write;

import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/** Looks tables up in the local catalog. Remote names are never trusted. */
public final class LocalCatalog {

    private static final String COLUMNS = """
            select a.attname, format_type(a.atttypid, -1), format_type(a.atttypid, a.atttypmod),
                   coalesce(a.attnum = any (i.indkey), false), a.attgenerated <> '', a.attidentity = 'a'
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            left join pg_index i on i.indrelid = c.oid and i.indisprimary
            where n.nspname = ? and c.relname = ? and c.relkind = 'r'
            order by a.attnum""";

    private final Connection connection;

    public LocalCatalog(Connection connection) {
        this.connection = connection;
    }

    /** @throws SQLException with state 42P01 when there is no such table here */
    public LocalTable table(TableId id) throws SQLException {
        LocalTable loaded = load(id);
        if (loaded.columns().isEmpty()) {
            throw new SQLException("there is no table " + id + " in this database; create it as it is at the origin", "42P01");
        }
        return loaded;
    }

    private LocalTable load(TableId id) throws SQLException {
        Map<String, LocalTable.LocalColumn> columns = new LinkedHashMap<>();
        // Type names must not depend on the search path: outside it they are printed with their schema.
        try (Statement path = connection.createStatement()) {
            path.execute("set local search_path = pg_catalog");
            try (PreparedStatement query = connection.prepareStatement(COLUMNS)) {
                query.setString(1, id.schema());
                query.setString(2, id.name());
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        columns.put(rows.getString(1), new LocalTable.LocalColumn(rows.getString(1), rows.getString(2),
                                rows.getString(3), rows.getBoolean(4), rows.getBoolean(5), rows.getBoolean(6)));
                    }
                }
            }
            path.execute("set local search_path to default");
        }
        return new LocalTable(id, columns);
    }
}
