package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.LocalTable.LocalColumn;
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
import java.util.stream.Collectors;

/** Writes one row of a user's table as any application would, to settle it. Says in a few words what it did. */
final class SettledRow {

    private final Connection connection;
    private final LocalTable table;
    private final List<LocalColumn> key;
    private final List<String> keyTexts;
    private final String name;

    /** @param keyTexts of the key columns, in the table's order */
    SettledRow(Connection connection, TableId id, List<String> keyTexts) throws SQLException {
        this.connection = connection;
        this.table = new LocalCatalog(connection).table(id);
        this.key = table.columns().values().stream().filter(LocalColumn::key).toList();
        this.keyTexts = keyTexts;
        this.name = StoredRows.quoted(id);
        if (key.size() != keyTexts.size()) {
            throw new IllegalStateException("the key of " + id + " is another one here than where the change was made: make them the same");
        }
    }

    /** The texts of a row image by column, without what the image does not have. */
    static Map<String, String> texts(NamedRow row) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < row.columns().size(); i++) {
            if (!row.values().isAbsent(i)) {
                texts.put(row.columns().get(i), row.values().get(i));
            }
        }
        return texts;
    }

    /** Waits for whoever is writing the row; returns whether there is one. */
    boolean lock() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select from " + name + " t where " + keyEquals() + " for update")) {
            bindKey(query, 1);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    /** The row as it is, with a new version. */
    String keep() throws SQLException {
        LocalColumn same = table.columns().values().stream().filter(column -> !column.generated() && !column.identityAlways())
                .min((a, b) -> Boolean.compare(a.key(), b.key()))
                .orElseThrow(() -> new IllegalStateException("table " + table.id() + " has no column that may be written"));
        String column = StoredRows.name(same.name());
        try (PreparedStatement update = connection.prepareStatement("update " + name + " t set " + column + " = t." + column + " where " + keyEquals())) {
            bindKey(update, 1);
            written(update.executeUpdate());
        }
        return "with the row of this region, which goes to the others as a new write";
    }

    String delete() throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from " + name + " t where " + keyEquals())) {
            bindKey(delete, 1);
            written(delete.executeUpdate());
        }
        return "the row was deleted";
    }

    /**
     * Deletes a row that stands in other regions only. Nothing here can be deleted, and a delete that is to travel must be in the
     * log: so a row of this key is made and deleted in the one transaction, with no more in it than must be, and seen by no
     * trigger. What is unique and may be null is null, as it may be the very cause of the parking.
     *
     * @param image of the row elsewhere
     */
    String deleteElsewhere(Map<String, String> image) throws SQLException {
        Map<LocalColumn, String> needed = new LinkedHashMap<>();
        for (String column : columnsThatNeedAValue()) {
            needed.put(table.columns().get(column), image.get(column));
        }
        try (Statement asleep = connection.createStatement()) {
            asleep.execute("set local session_replication_role = 'replica'");
            insert(needed);
            delete();
            asleep.execute("set local session_replication_role = 'origin'");
        }
        return "with no row, as none stands here; it is deleted in the other regions";
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

    String write(Map<String, String> texts, boolean stands) throws SQLException {
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
        if (stands) {
            update(columns);
            return "the row was updated";
        }
        insert(columns);
        return "the row was inserted";
    }

    private void update(Map<LocalColumn, String> columns) throws SQLException {
        Map<LocalColumn, String> writable = new LinkedHashMap<>(columns);
        writable.keySet().removeIf(LocalColumn::identityAlways);
        if (writable.isEmpty()) {
            keep();
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
