package io.rowmesh.applier.mysql;

import io.rowmesh.applier.write.LocalTable;
import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.mysql.MySqlTypeText;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Looks tables up in information_schema. Remote names are never trusted. */
final class MySqlCatalog {

    private static final String COLUMNS = """
            select c.column_name, c.column_type, c.data_type, s.column_name is not null, c.generation_expression <> '', s.sub_part is not null
            from information_schema.columns c
            join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
            left join information_schema.statistics s on s.table_schema = c.table_schema and s.table_name = c.table_name
              and s.index_name = 'PRIMARY' and s.column_name = c.column_name
            where c.table_schema = ? and c.table_name = ? and t.table_type = 'BASE TABLE'
            order by c.ordinal_position""";

    private final Connection connection;
    private final MySqlNames names;
    private final Map<TableId, MySqlTable> known = new HashMap<>();

    MySqlCatalog(Connection connection, MySqlNames names) {
        this.connection = connection;
        this.names = names;
    }

    /** @throws SQLException of class 42 when there is no such table here, or none whose rows can be told apart and carried */
    MySqlTable table(TableId id) throws SQLException {
        MySqlTable table = known.get(id);
        if (table == null) {
            table = load(id);
            known.put(id, table);
        }
        return table;
    }

    void forget() {
        known.clear();
    }

    private MySqlTable load(TableId id) throws SQLException {
        Map<String, LocalColumn> columns = new LinkedHashMap<>();
        Map<String, MySqlColumn> kinds = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(COLUMNS)) {
            query.setString(1, database(id));
            query.setString(2, id.name());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    MySqlColumn column = column(id, row);
                    kinds.put(column.name(), column);
                    columns.put(column.name(), new LocalColumn(column.name(), row.getString(3), MySqlTypeText.wire(column.type()),
                            column.key(), column.generated(), false));
                }
            }
        }
        if (columns.isEmpty()) {
            throw new SQLException("there is no table " + id + " in this database; create it as it is at the origin", "42S02");
        }
        MySqlTable table = MySqlTable.of(new LocalTable(id, columns), kinds, names.quoted(id));
        if (table.key().isEmpty()) {
            throw new SQLException("table " + id + " has no primary key here", "42830");
        }
        return table;
    }

    private String database(TableId id) throws SQLException {
        try {
            return names.localDatabase(id);
        } catch (IllegalArgumentException e) {
            throw new SQLException(e.getMessage(), "42S02", e);
        }
    }

    private static MySqlColumn column(TableId id, ResultSet row) throws SQLException {
        String name = row.getString(1);
        String type = row.getString(2);
        if (row.getBoolean(6)) {
            throw new SQLException("the primary key of " + id + " covers only the beginning of column \"" + name
                    + "\" here, so it does not tell rows apart; make it cover the whole column", "42830");
        }
        String dataType = row.getString(3);
        MySqlKind kind = MySqlKind.of(dataType).orElseThrow(() -> new SQLException("column \"" + name + "\" of " + id + " is " + type
                + " here, which rowmesh does not carry; leave the table out of the configuration", "42804"));
        return MySqlColumn.of(name, type, kind, row.getBoolean(4), row.getBoolean(5));
    }
}
