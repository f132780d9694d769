package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A row of a PostgreSQL table. */
final class PostgresSettledRow implements SettledRow {

    private final Connection connection;
    private final LocalTable table;
    private final List<LocalColumn> key;
    private final List<String> keyTexts;
    private final String name;
    private final TableKey rowKey;
    private final TableRules rules;

    /** Of a table whose rules do not merge. */
    PostgresSettledRow(Connection connection, TableId id, List<String> keyTexts) throws SQLException {
        this(connection, new TableKey(id, null), keyTexts, TableRules.LAST_WRITE_WINS);
    }

    /** @param keyTexts of the key columns, in the table's order */
    PostgresSettledRow(Connection connection, TableKey rowKey, List<String> keyTexts, TableRules rules) throws SQLException {
        TableId id = rowKey.table();
        this.rowKey = rowKey;
        this.rules = rules;
        this.connection = connection;
        this.table = new LocalCatalog(connection).table(id);
        this.key = table.columns().values().stream().filter(LocalColumn::key).toList();
        this.keyTexts = keyTexts;
        this.name = StoredRows.quoted(id);
        if (key.size() != keyTexts.size()) {
            throw new IllegalStateException("the key of " + id + " is another one here than where the change was made: make them the same");
        }
    }

    @Override
    public boolean lock() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select from " + name + " t where " + keyEquals() + " for update")) {
            bindKey(query, 1);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    @Override
    public boolean merges() {
        return rules.counts() || rules.row() == RowRule.COLUMN_MERGE;
    }

    @Override
    public String keep() throws SQLException {
        touch();
        return "with the row of this region, which goes to the others as a new write";
    }

    private void touch() throws SQLException {
        LocalColumn same = table.columns().values().stream().filter(column -> !column.generated() && !column.identityAlways())
                .min((a, b) -> Boolean.compare(a.key(), b.key()))
                .orElseThrow(() -> new IllegalStateException("table " + table.id() + " has no column that may be written"));
        String column = StoredRows.name(same.name());
        try (PreparedStatement update = connection.prepareStatement("update " + name + " t set " + column + " = t." + column + " where " + keyEquals())) {
            bindKey(update, 1);
            written(update.executeUpdate());
        }
    }

    @Override
    public String delete() throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from " + name + " t where " + keyEquals())) {
            bindKey(delete, 1);
            written(delete.executeUpdate());
        }
        return "the row was deleted";
    }

    /** With no more in the row than must be, and seen by no trigger. */
    @Override
    public String deleteElsewhere(Map<String, String> image) throws SQLException {
        Map<LocalColumn, String> needed = new LinkedHashMap<>();
        for (String column : columnsThatNeedAValue()) {
            needed.put(table.columns().get(column), image.get(column));
        }
        asleep(() -> {
            insert(needed);
            delete();
        });
        return "with no row, as none stands here; it is deleted in the other regions";
    }

    private interface Work {
        void run() throws SQLException;
    }

    /** With no trigger looking on: what the table's own would note of a delete is noted here. */
    private void asleep(Work work) throws SQLException {
        try (Statement role = connection.createStatement()) {
            role.execute("set local session_replication_role = 'replica'");
            work.run();
            role.execute("set local session_replication_role = 'origin'");
        }
        if (rules.counts()) {
            noteDelete();
        }
    }

    private void noteDelete() throws SQLException {
        try (PreparedStatement note = connection.prepareStatement("insert into rowmesh.pending_delete (table_schema, table_name, row_key, xid)"
                + " values (?, ?, ?, pg_current_xact_id()::xid::text::bigint)")) {
            JdbcRows.named(note, 1, rowKey);
            note.executeUpdate();
        }
    }

    /** The delete wakes no trigger and cascades to nothing, as the row is there again. */
    @Override
    public String renew(Map<String, String> texts, Optional<NamedRow> stored) throws SQLException {
        Map<LocalColumn, String> columns = stored.isPresent() ? writable(SettledRow.texts(stored.get())) : new LinkedHashMap<>();
        columns.putAll(writable(texts));
        if (stored.isPresent()) {
            asleep(this::delete);
        } else if (rules.counts()) {
            deleteElsewhere(names(columns));
        }
        insert(columns);
        return "the row was made anew";
    }

    private static Map<String, String> names(Map<LocalColumn, String> columns) {
        Map<String, String> names = new LinkedHashMap<>();
        columns.forEach((column, text) -> names.put(column.name(), text));
        return names;
    }

    private List<String> columnsThatNeedAValue() throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select a.attname from pg_attribute a where a.attrelid = ?::regclass"
                + " and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef and a.attidentity = '' order by a.attnum")) {
            query.setString(1, name);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
        }
        names.removeIf(column -> table.columns().get(column).key());
        return names;
    }

    @Override
    public String write(Map<String, String> texts, boolean stands) throws SQLException {
        if (stands) {
            update(writable(texts));
            return "the row was updated";
        }
        insert(writable(texts));
        return "the row was inserted";
    }

    private Map<LocalColumn, String> writable(Map<String, String> texts) {
        Map<LocalColumn, String> columns = new LinkedHashMap<>();
        for (Map.Entry<String, String> value : texts.entrySet()) {
            LocalColumn column = table.columns().get(value.getKey());
            if (column == null) {
                throw new IllegalStateException("table " + table.id() + " has no column \"" + value.getKey() + "\" here: add it, or settle with a file");
            }
            if (!column.generated() && !column.key()) {
                columns.put(column, value.getValue());
            }
        }
        return columns;
    }

    private void update(Map<LocalColumn, String> columns) throws SQLException {
        Map<LocalColumn, String> writable = new LinkedHashMap<>(columns);
        writable.keySet().removeIf(LocalColumn::identityAlways);
        if (writable.isEmpty()) {
            touch();
            return;
        }
        String set = writable.keySet().stream().map(column -> StoredRows.name(column.name()) + " = ?::" + column.castType()).collect(Collectors.joining(", "));
        try (PreparedStatement update = connection.prepareStatement("update " + name + " t set " + set + " where " + keyEquals())) {
            int p = 1;
            for (String text : writable.values()) {
                update.setString(p++, text);
            }
            bindKey(update, p);
            written(update.executeUpdate());
        }
    }

    private void insert(Map<LocalColumn, String> columns) throws SQLException {
        List<LocalColumn> all = new ArrayList<>(key);
        all.addAll(columns.keySet());
        String names = all.stream().map(column -> StoredRows.name(column.name())).collect(Collectors.joining(", "));
        String values = all.stream().map(column -> "?::" + column.castType()).collect(Collectors.joining(", "));
        try (PreparedStatement insert = connection.prepareStatement("insert into " + name + " (" + names + ") overriding system value values (" + values + ")")) {
            bindKey(insert, 1);
            int p = keyTexts.size() + 1;
            for (String text : columns.values()) {
                insert.setString(p++, text);
            }
            written(insert.executeUpdate());
        }
    }

    private void written(int rows) {
        if (rows != 1) {
            throw new IllegalStateException("a trigger or rule of " + table.id() + " kept the row from being written; nothing was settled");
        }
    }

    private String keyEquals() {
        return key.stream().map(column -> "t." + StoredRows.name(column.name()) + " = ?::" + column.castType()).collect(Collectors.joining(" and "));
    }

    private void bindKey(PreparedStatement statement, int first) throws SQLException {
        for (int i = 0; i < keyTexts.size(); i++) {
            statement.setString(first + i, keyTexts.get(i));
        }
    }
}
