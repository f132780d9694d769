package io.rowmesh.applier.touch;

import io.rowmesh.applier.write.LocalCatalog;
import io.rowmesh.applier.write.LocalTable;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What a touch that found no row is shipped as. */
final class TouchedDelete {

    private TouchedDelete() {
    }

    /** A delete of the key (of a whole table, a truncate); empty when there is no such table any more, or it has another key. */
    static Optional<RowChange> of(Connection connection, WrittenKey key) throws SQLException {
        LocalTable table;
        try {
            connection.setAutoCommit(false);
            table = new LocalCatalog(connection).table(key.table());
        } catch (SQLException e) {
            if ("42P01".equals(e.getSQLState())) {
                return Optional.empty();
            }
            throw e;
        } finally {
            connection.rollback();
        }
        List<Column> columns = table.columns().values().stream().filter(LocalTable.LocalColumn::key)
                .map(c -> new Column(c.name(), c.fullType(), true)).toList();
        TableShape shape = new TableShape(key.table(), columns);
        if (key.isWholeTable()) {
            return Optional.of(new RowChange.Truncate(shape));
        }
        String[] texts = texts(connection, key.key());
        return texts.length != columns.size() ? Optional.empty() : Optional.of(new RowChange.Delete(shape, new Row(texts)));
    }

    private static String[] texts(Connection connection, String key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select array(select jsonb_array_elements_text(?::jsonb))")) {
            query.setString(1, key);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return (String[]) row.getArray(1).getArray();
            }
        } finally {
            connection.rollback();
        }
    }
}
