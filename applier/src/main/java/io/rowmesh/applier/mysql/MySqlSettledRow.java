package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.SettledRow;
import io.rowmesh.applier.write.StoredRows;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A row of a MySQL table, under last-write-wins. An update that changes nothing is not in the log: such a row is deleted and made anew
 * in the one transaction. Foreign keys do not look on, but triggers do, as no session can put them to sleep.
 */
final class MySqlSettledRow implements SettledRow {

    private static final String NEED_A_VALUE = """
            select column_name from information_schema.columns where table_schema = ? and table_name = ? and is_nullable = 'NO'
              and column_default is null and extra not like '%auto_increment%' and generation_expression = '' and column_key <> 'PRI'
            order by ordinal_position""";

    private final Connection connection;
    private final MySqlNames names;
    private final MySqlTable table;
    private final MySqlStoredRows rows;
    private final List<String> keyTexts;

    /** @param keyTexts of the key columns, in the table's order */
    MySqlSettledRow(Connection connection, MySqlNames names, TableId id, List<String> keyTexts) throws SQLException {
        this.connection = connection;
        this.names = names;
        this.table = new MySqlCatalog(connection, names).table(id);
        this.rows = new MySqlStoredRows(connection, table);
        this.keyTexts = keyTexts;
        if (table.key().size() != keyTexts.size()) {
            throw new IllegalStateException("the key of " + id + " is another one here than where the change was made: make them the same");
        }
    }

    @Override
    public boolean lock() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select 1 from " + table.quoted() + " where " + rows.keyEquals() + " for update")) {
            rows.bindKey(query, 1, keyTexts);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    @Override
    public boolean merges() {
        return false;
    }

    @Override
    public String keep() throws SQLException {
        makeAnew(SettledRow.texts(stored().orElseThrow().row()));
        return "with the row of this region, which goes to the others as a new write";
    }

    private Optional<StoredRows.Stored> stored() throws SQLException {
        return rows.read(keyTexts);
    }

    private void makeAnew(Map<String, String> row) throws SQLException {
        withoutForeignKeys(() -> {
            delete();
            insert(writable(row));
        });
    }

    @Override
    public String delete() throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from " + table.quoted() + " where " + rows.keyEquals())) {
            rows.bindKey(delete, 1, keyTexts);
            delete.executeUpdate();
        }
        return "the row was deleted";
    }

    /** With no more in the row than must be. */
    @Override
    public String deleteElsewhere(Map<String, String> image) throws SQLException {
        Map<MySqlColumn, String> needed = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(NEED_A_VALUE)) {
            query.setString(1, names.localDatabase(table.id()));
            query.setString(2, table.id().name());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    needed.put(table.column(row.getString(1)), image.get(row.getString(1)));
                }
            }
        }
        withoutForeignKeys(() -> {
            insert(needed);
            delete();
        });
        return "with no row, as none stands here; it is deleted in the other regions";
    }

    private interface Work {
        void run() throws SQLException;
    }

    private void withoutForeignKeys(Work work) throws SQLException {
        try (Statement checks = connection.createStatement()) {
            checks.execute("set session foreign_key_checks = 0");
            try {
                work.run();
            } finally {
                checks.execute("set session foreign_key_checks = 1");
            }
        }
    }

    @Override
    public String renew(Map<String, String> texts, Optional<NamedRow> stored) {
        throw new IllegalStateException("table " + table.id() + " has a rule that a MySQL region does not have");
    }

    @Override
    public String write(Map<String, String> texts, boolean stands) throws SQLException {
        if (!stands) {
            insert(writable(texts));
            return "the row was inserted";
        }
        NamedRow before = stored().orElseThrow().row();
        update(writable(texts));
        if (stored().orElseThrow().row().equals(before)) {
            makeAnew(SettledRow.texts(before));
        }
        return "the row was updated";
    }

    private Map<MySqlColumn, String> writable(Map<String, String> texts) {
        Map<MySqlColumn, String> columns = new LinkedHashMap<>();
        for (Map.Entry<String, String> value : texts.entrySet()) {
            if (!table.local().columns().containsKey(value.getKey())) {
                throw new IllegalStateException("table " + table.id() + " has no column \"" + value.getKey() + "\" here: add it, or settle with a file");
            }
            MySqlColumn column = table.column(value.getKey());
            if (column != null && !column.key()) {
                columns.put(column, value.getValue());
            }
        }
        return columns;
    }

    private void update(Map<MySqlColumn, String> columns) throws SQLException {
        if (columns.isEmpty()) {
            return;
        }
        String set = columns.keySet().stream().map(column -> MySqlNames.quoted(column.name()) + " = ?").collect(Collectors.joining(", "));
        try (PreparedStatement update = connection.prepareStatement("update " + table.quoted() + " set " + set + " where " + rows.keyEquals())) {
            rows.bindKey(update, bind(update, 1, columns), keyTexts);
            update.executeUpdate();
        }
    }

    private void insert(Map<MySqlColumn, String> columns) throws SQLException {
        List<MySqlColumn> key = table.key();
        String list = Stream.concat(key.stream(), columns.keySet().stream()).map(column -> MySqlNames.quoted(column.name()))
                .collect(Collectors.joining(", "));
        try (PreparedStatement insert = connection.prepareStatement("insert into " + table.quoted() + " (" + list + ") values "
                + ControlSql.list(key.size() + columns.size()))) {
            rows.bindKey(insert, 1, keyTexts);
            bind(insert, key.size() + 1, columns);
            insert.executeUpdate();
        }
    }

    private static int bind(PreparedStatement statement, int first, Map<MySqlColumn, String> columns) throws SQLException {
        int p = first;
        for (Map.Entry<MySqlColumn, String> value : columns.entrySet()) {
            MySqlValues.bind(statement, p++, value.getKey(), value.getValue());
        }
        return p;
    }
}
