package io.rowmesh.applier.mysql;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The statements for one table, with every name quoted from the local catalog. */
final class TableSql {

    private final MySqlTable table;
    private final String reading;
    private final List<MySqlColumn> key;

    TableSql(MySqlTable table) {
        this.table = table;
        this.key = table.key();
        this.reading = list(table.stored(), column -> column.kind().reading("t." + name(column)));
    }

    MySqlTable table() {
        return table;
    }

    /** By the primary key alone, however few rows there are: a scan would wait for writers of other rows. */
    private String from() {
        return "select " + reading + " from " + table.quoted() + " t force index (primary)";
    }

    /** Locks the rows of so many keys. Parameters: the key columns of each. */
    String lock(int keys) {
        String each = key.size() == 1 ? "?" : "(" + MySqlTombstones.marks(key.size(), "?") + ")";
        return from() + " where (" + list(key, column -> "t." + name(column)) + ") in (" + MySqlTombstones.marks(keys, each) + ") for update";
    }

    /** Locks rows in the order of the key. Parameters, when it goes on: {@link #bindAfter}. */
    String lockPiece(boolean goesOn, int rows) {
        return from() + (goesOn ? " where " + after() : "") + " order by " + list(key, TableSql::order) + " limit " + rows + " for update";
    }

    /** Behind a key: the first column is greater, or is the same and the second one is greater, and so on. */
    private String after() {
        List<String> ways = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            ways.add(key.subList(0, i).stream().map(column -> order(column) + " = ? and ").collect(Collectors.joining()) + order(key.get(i)) + " > ?");
        }
        return "(" + String.join(" or ", ways) + ")";
    }

    void bindAfter(PreparedStatement statement, List<String> keyTexts) throws SQLException {
        int p = 1;
        for (int i = 0; i < key.size(); i++) {
            for (int j = 0; j <= i; j++) {
                bindOrder(statement, p++, key.get(j), keyTexts.get(j));
            }
        }
    }

    /** Labels stand in the index in the order of their definition, and are compared as texts. */
    private static String order(MySqlColumn column) {
        return isLabelled(column) ? "(t." + name(column) + " + 0)" : "t." + name(column);
    }

    private static void bindOrder(PreparedStatement statement, int parameter, MySqlColumn column, String text) throws SQLException {
        if (!isLabelled(column)) {
            MySqlValues.bind(statement, parameter, column, text);
        } else if (column.kind() == MySqlKind.ENUM) {
            statement.setLong(parameter, column.labels().indexOf(text) + 1L);
        } else {
            long bits = 0;
            for (String label : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                bits |= 1L << column.labels().indexOf(label);
            }
            statement.setBigDecimal(parameter, new java.math.BigDecimal(Long.toUnsignedString(bits)));
        }
    }

    private static boolean isLabelled(MySqlColumn column) {
        return column.kind() == MySqlKind.ENUM || column.kind() == MySqlKind.SET;
    }

    /** Parameters: the columns of each row. */
    String insert(List<MySqlColumn> columns, int rows) {
        String each = "(" + MySqlTombstones.marks(columns.size(), "?") + ")";
        return "insert into " + table.quoted() + " (" + list(columns, TableSql::name) + ") values " + MySqlTombstones.marks(rows, each);
    }

    /**
     * Of rows that stand and are locked: the primary key is met before any other unique key, so no other row is taken. Every column is given
     * its value, so that none takes the time of the update by itself; the key's, too, as keys that are equal can be written in different ways.
     * Affects two rows for each whose values change, none for another.
     */
    String update(List<MySqlColumn> columns, int rows) {
        return insert(columns, rows) + " on duplicate key update "
                + list(columns, column -> name(column) + " = values(" + name(column) + ")");
    }

    /** Of one row. Parameters: the key columns. */
    String delete() {
        return "delete from " + table.quoted() + " where " + key.stream().map(column -> name(column) + " = ?").collect(Collectors.joining(" and "));
    }

    int bindKey(PreparedStatement statement, int first, List<String> texts) throws SQLException {
        if (texts.size() != key.size()) {
            throw new SQLException("table " + table.id() + " has another primary key here than at the origin; make them the same", "42830");
        }
        for (int i = 0; i < texts.size(); i++) {
            MySqlValues.bind(statement, first + i, key.get(i), texts.get(i));
        }
        return first + texts.size();
    }

    /**
     * The local columns that a change's columns are written to; null for those that the database computes here.
     *
     * @throws SQLException of class 42 when the tables differ
     */
    List<MySqlColumn> columns(TableShape shape) throws SQLException {
        List<MySqlColumn> columns = new ArrayList<>();
        for (Column column : shape.columns()) {
            if (!table.local().columns().containsKey(column.name())) {
                throw new SQLException("table " + shape.id() + " has no column \"" + column.name() + "\" here; add it as it is at the origin", "42S22");
            }
            if (column.key() != table.local().columns().get(column.name()).key()) {
                throw otherKey(shape);
            }
            columns.add(table.column(column.name()));
        }
        List<String> keyed = shape.columns().stream().filter(Column::key).map(Column::name).toList();
        if (!keyed.equals(key.stream().map(MySqlColumn::name).toList())) {
            throw otherKey(shape);
        }
        return columns;
    }

    private static SQLException otherKey(TableShape shape) {
        return new SQLException("table " + shape.id() + " has another primary key here than at the origin, or its columns in another order; make them the same",
                "42830");
    }

    private static String name(MySqlColumn column) {
        return MySqlNames.quoted(column.name());
    }

    private static String list(List<MySqlColumn> columns, Function<MySqlColumn, String> each) {
        return columns.stream().map(each).collect(Collectors.joining(", "));
    }
}
