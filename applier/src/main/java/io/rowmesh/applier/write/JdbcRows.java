package io.rowmesh.applier.write;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What statements about single rows share: their parameters, and the keys that they answer. What sets parameters answers the place
 * of the next one.
 */
final class JdbcRows {

    private JdbcRows() {
    }

    /** Schema and name of a table. */
    static int table(PreparedStatement statement, int first, TableId table) throws SQLException {
        statement.setString(first, table.schema());
        statement.setString(first + 1, table.name());
        return first + 2;
    }

    /** The same for a statement that begins with them several times. */
    static void tables(PreparedStatement statement, TableId table, int times) throws SQLException {
        int p = 1;
        for (int i = 0; i < times; i++) {
            p = table(statement, p, table);
        }
    }

    /** Schema and name of a table, and a canonical key. */
    static int named(PreparedStatement statement, int first, TableId table, String rowKey) throws SQLException {
        int p = table(statement, first, table);
        statement.setString(p, rowKey);
        return p + 1;
    }

    static int named(PreparedStatement statement, int first, TableKey key) throws SQLException {
        return named(statement, first, key.table(), key.key());
    }

    static int named(PreparedStatement statement, int first, TableShape table, Row key) throws SQLException {
        return named(statement, first, table.id(), RowKey.of(table, key));
    }

    /** The texts of the key columns. */
    static int key(PreparedStatement statement, int first, TableShape table, Row row) throws SQLException {
        return values(statement, first, table, row, table.keyPositions());
    }

    /** @throws SQLException with state 22000 when the row does not have one of the columns */
    static int values(PreparedStatement statement, int first, TableShape table, Row row, int[] positions) throws SQLException {
        int p = first;
        for (int position : positions) {
            statement.setString(p++, value(table, row, position));
        }
        return p;
    }

    /** @throws SQLException with state 22000 when the row does not have the column */
    static String value(TableShape table, Row row, int position) throws SQLException {
        if (row.isAbsent(position)) {
            throw new SQLException("the change of " + table.id() + " arrived without column \"" + table.columns().get(position).name() + "\"",
                    "22000");
        }
        return row.get(position);
    }

    /** The keys that a query answers as the texts of the key columns. */
    static List<Row> keys(PreparedStatement query, TableShape table) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            List<Row> keys = new ArrayList<>();
            while (row.next()) {
                keys.add(table.keyOnly(texts(row, 1, table.keyPositions().length)));
            }
            return keys;
        }
    }

    /** The texts of some columns of an answer. */
    static String[] texts(ResultSet row, int first, int count) throws SQLException {
        String[] texts = new String[count];
        for (int i = 0; i < count; i++) {
            texts[i] = row.getString(first + i);
        }
        return texts;
    }
}
