package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.locking.LockedRows.Piece;
import io.rowmesh.applier.write.SqlFaults;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Locks and writes rows of users' tables over one connection. */
final class MySqlWrites {

    /** What the server says when it has stored another value than it was given: truncated, out of range, invalid, overflow. */
    private static final Set<Integer> CHANGED = Set.of(1048, 1263, 1264, 1265, 1292, 1300, 1364, 1366, 1406, 1411, 1441, 1690);

    private static final int PIECE = 500;

    private final Connection connection;
    private final MySqlCatalog catalog;
    private final Map<TableId, TableSql> statements = new HashMap<>();

    MySqlWrites(Connection connection, MySqlNames names) {
        this.connection = connection;
        this.catalog = new MySqlCatalog(connection, names);
    }

    void forgetTables() {
        catalog.forget();
        statements.clear();
    }

    private TableSql sql(TableId table) throws SQLException {
        TableSql sql = statements.get(table);
        if (sql == null) {
            sql = new TableSql(catalog.table(table));
            statements.put(table, sql);
        }
        return sql;
    }

    /** As local row changes carry a table. */
    TableShape shape(TableId table) throws SQLException {
        return sql(table).table().shape();
    }

    /** @throws SQLException of class 42 when the local table is another one */
    void require(TableShape shape) throws SQLException {
        sql(shape.id()).columns(shape);
    }

    /** Those that stand. A row whose key the database takes for the same as one of these, while it is written otherwise, is none of them. */
    Map<String, NamedRow> lock(TableId id, List<String> keys) throws SQLException {
        Map<String, NamedRow> standing = lockEqual(id, keys);
        standing.keySet().retainAll(Set.copyOf(keys));
        return standing;
    }

    private Map<String, NamedRow> lockEqual(TableId id, List<String> keys) throws SQLException {
        TableSql sql = sql(id);
        Map<String, NamedRow> standing = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(sql.lock(keys.size()))) {
            int p = 1;
            for (String key : keys) {
                p = sql.bindKey(query, p, RowKey.texts(key));
            }
            read(query, sql.table(), standing);
        }
        return standing;
    }

    Piece lockPiece(TableId id, String after) throws SQLException {
        TableSql sql = sql(id);
        Map<String, NamedRow> rows = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(sql.lockPiece(after != null, PIECE))) {
            if (after != null) {
                sql.bindAfter(query, RowKey.texts(after));
            }
            String last = read(query, sql.table(), rows);
            return new Piece(rows, rows.size() < PIECE ? null : last);
        }
    }

    /** @return the key of the last one */
    private static String read(PreparedStatement query, MySqlTable table, Map<String, NamedRow> into) throws SQLException {
        String last = null;
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                String[] texts = new String[table.stored().size()];
                for (int i = 0; i < texts.length; i++) {
                    texts[i] = MySqlValues.text(table.stored().get(i), row.getString(i + 1));
                }
                Row values = new Row(texts);
                last = RowKey.of(table.shape(), values);
                into.put(last, NamedRow.of(table.shape(), values));
            }
        }
        return last;
    }

    /** @return the keys of those of which a row has come */
    List<String> insert(List<RowChange> changes) throws SQLException {
        if (changes.size() > 1) {
            try {
                write(changes, false);
                return List.of();
            } catch (SQLException e) {
                if (SqlFaults.uniqueKey(e).isEmpty()) {
                    throw e;
                }
            }
        }
        // Which one it was, and which key, is seen one by one.
        List<String> overtaken = new ArrayList<>();
        for (RowChange change : changes) {
            if (!insert(change)) {
                overtaken.add(RowKey.of(change));
            }
        }
        return overtaken;
    }

    private boolean insert(RowChange change) throws SQLException {
        try {
            write(List.of(change), false);
            return true;
        } catch (SQLException e) {
            if (SqlFaults.uniqueKey(e).filter(key -> isPrimary(key, change.table().id())).isEmpty()) {
                throw e;
            }
            requireSameKey(change);
            return false;
        }
    }

    /** Newer servers name the table, too. */
    private static boolean isPrimary(String key, TableId table) {
        return key.equals("PRIMARY") || key.equals(table.name() + ".PRIMARY");
    }

    private void requireSameKey(RowChange change) throws SQLException {
        String key = RowKey.of(change);
        for (String standing : lockEqual(change.table().id(), List.of(key)).keySet()) {
            if (!standing.equals(key)) {
                throw new SQLException("a row of " + change.table().id() + " stands here with the key " + standing + ", which this database takes for the same as "
                        + key + "; settle the two, or give the key columns a collation that tells them apart (utf8mb4_bin) in every region", "23000");
            }
        }
    }

    /** Gives rows that stand and are locked their values. */
    void update(List<RowChange> changes) throws SQLException {
        int affected = write(changes, true);
        if (affected < 2 * changes.size()) {
            writeAnew(changes.get(0).table().id(), changes.stream().map(RowKey::of).toList());
        }
    }

    /**
     * Some had these values before. The server does not write such a row, so its log would not tell that it has another version now; here it
     * is to tell it of all of them.
     */
    private void writeAnew(TableId id, List<String> keys) throws SQLException {
        MySqlTable table = sql(id).table();
        List<Row> rows = lock(id, keys).values().stream().map(NamedRow::values).toList();
        delete(id, keys);
        insert(table.stored(), rows, table.shape(), false);
    }

    private int write(List<RowChange> changes, boolean update) throws SQLException {
        TableShape shape = changes.get(0).table();
        List<MySqlColumn> columns = sql(shape.id()).columns(shape);
        return insert(columns, changes.stream().map(RowChange::keyImage).toList(), shape, update);
    }

    /** @param columns of the shape; null for those that are left out */
    private int insert(List<MySqlColumn> columns, List<Row> rows, TableShape shape, boolean update) throws SQLException {
        TableSql sql = sql(shape.id());
        List<MySqlColumn> written = columns.stream().filter(column -> column != null).toList();
        try (PreparedStatement statement = connection.prepareStatement(update ? sql.update(written, rows.size()) : sql.insert(written, rows.size()))) {
            int p = 1;
            for (Row row : rows) {
                for (int i = 0; i < columns.size(); i++) {
                    if (columns.get(i) != null) {
                        MySqlValues.bind(statement, p++, columns.get(i), value(shape, row, i));
                    }
                }
            }
            int affected = statement.executeUpdate();
            requireUnchanged(statement);
            return affected;
        }
    }

    private static String value(TableShape shape, Row row, int position) throws SQLException {
        if (row.isAbsent(position)) {
            throw new SQLException("the change of " + shape.id() + " arrived without column \"" + shape.columns().get(position).name() + "\"", "22000");
        }
        return row.get(position);
    }

    /** Some changes of values are only told as warnings, in strict mode as well. */
    private static void requireUnchanged(Statement statement) throws SQLException {
        for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            if (CHANGED.contains(warning.getErrorCode())) {
                throw new SQLException("the database would store another value: " + warning.getMessage(), "22000", warning);
            }
        }
    }

    /** Row by row, in one message: of a list of keys the server may make a scan, which waits for writers of other rows. */
    void delete(TableId id, List<String> keys) throws SQLException {
        TableSql sql = sql(id);
        try (PreparedStatement delete = connection.prepareStatement(sql.delete())) {
            for (String key : keys) {
                sql.bindKey(delete, 1, RowKey.texts(key));
                delete.addBatch();
            }
            delete.executeBatch();
        }
    }
}
