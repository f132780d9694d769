package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.RowLookup;
import io.rowmesh.applier.write.StoredRows;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.mysql.MySqlNames;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Rows of a MySQL table. They do not tell their versions: those are known to the running node. */
final class MySqlStoredRows implements RowLookup {

    private final Connection connection;
    private final MySqlTable table;
    private final List<MySqlColumn> key;

    MySqlStoredRows(Connection connection, MySqlTable table) {
        this.connection = connection;
        this.table = table;
        this.key = table.key();
    }

    @Override
    public List<String> keyColumns() {
        return key.stream().map(MySqlColumn::name).toList();
    }

    /** Of a row that stands its own, as a collation may call texts equal that differ. */
    @Override
    public String canonicalKey(List<String> texts) throws SQLException {
        List<String> values = new ArrayList<>();
        requireKey(texts);
        for (int i = 0; i < texts.size(); i++) {
            values.add(exact(key.get(i), texts.get(i)));
        }
        Optional<StoredRows.Stored> stored = read(values);
        String[] row = new String[table.shape().columns().size()];
        for (int i = 0; i < values.size(); i++) {
            String name = key.get(i).name();
            row[table.stored().indexOf(key.get(i))] = stored.isPresent() ? stored.get().row().get(name) : values.get(i);
        }
        return RowKey.of(table.shape(), new Row(row));
    }

    /** As it would be read: numbers and fractions are written in many ways. Whatever else a text is, is said when it is bound. */
    private static String exact(MySqlColumn column, String text) {
        try {
            return switch (column.kind()) {
                case INTEGER -> new BigInteger(text.strip()).toString();
                case DECIMAL -> new BigDecimal(text.strip()).setScale(column.digits()).toPlainString();
                case DATETIME, TIME -> withFraction(text.strip(), column.digits());
                case TIMESTAMP -> withFraction(text.strip().replaceFirst("\\+00$", ""), column.digits()) + MySqlValues.UTC;
                default -> text;
            };
        } catch (NumberFormatException | ArithmeticException e) {
            return text;
        }
    }

    private static String withFraction(String time, int digits) {
        int point = time.indexOf('.');
        int given = point < 0 ? 0 : time.length() - point - 1;
        return given >= digits ? time : time + (point < 0 ? "." : "") + "0".repeat(digits - given);
    }

    @Override
    public Optional<StoredRows.Stored> read(List<String> keyTexts) throws SQLException {
        List<MySqlColumn> columns = table.stored();
        String select = columns.stream().map(column -> column.kind().reading(MySqlNames.quoted(column.name()))).collect(Collectors.joining(", "));
        try (PreparedStatement query = connection.prepareStatement("select " + select + " from " + table.quoted() + " where " + keyEquals())) {
            bindKey(query, 1, keyTexts);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                String[] texts = new String[columns.size()];
                for (int i = 0; i < texts.length; i++) {
                    texts[i] = MySqlValues.text(columns.get(i), row.getString(i + 1));
                }
                return Optional.of(new StoredRows.Stored(NamedRow.of(table.shape(), new Row(texts)), null));
            }
        }
    }

    String keyEquals() {
        return key.stream().map(column -> MySqlNames.quoted(column.name()) + " = ?").collect(Collectors.joining(" and "));
    }

    void bindKey(PreparedStatement statement, int first, List<String> keyTexts) throws SQLException {
        requireKey(keyTexts);
        for (int i = 0; i < keyTexts.size(); i++) {
            MySqlValues.bind(statement, first + i, key.get(i), keyTexts.get(i));
        }
    }

    private void requireKey(List<String> texts) throws SQLException {
        if (texts.size() != key.size()) {
            throw new SQLException("the key of " + table.id() + " has " + key.size() + " columns (" + String.join(", ", keyColumns())
                    + "), and " + texts.size() + " values were given", "22023");
        }
    }
}
