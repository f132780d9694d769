package io.rowmesh.applier.write;

import io.rowmesh.rules.StoredRow;
import io.rowmesh.schema.JsonText;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Where the rows are kept that are hidden under unique: newest-wins. */
final class ShadowRows {

    private static final String HIDE = """
            insert into rowmesh.shadow as s (table_schema, table_name, row_key, image, written_at, origin)
            values (?, ?, ?, ?, ?::timestamptz, ?)
            on conflict (table_schema, table_name, md5(row_key)) do update set image = excluded.image, written_at = excluded.written_at,
              origin = excluded.origin, hidden_at = default""";

    private static final String DROP_HIDDEN = "delete from rowmesh.shadow where table_schema = ? and table_name = ? and md5(row_key) = md5(?)";

    private static final String HIDDEN_TABLES = "select distinct table_schema, table_name from rowmesh.shadow s";

    private static final String WHERE_PENDING = " where exists (select from rowmesh.pending_touch p where p.table_schema = s.table_schema"
            + " and p.table_name = s.table_name and md5(p.row_key) = md5(s.row_key))";

    /** Where a row has no version: before all that have one. */
    private static final String BEFORE_ALL = "0001-01-01 00:00:00+00";

    private final Connection connection;

    ShadowRows(Connection connection) {
        this.connection = connection;
    }

    void hide(TableShape table, Row row, Version version) throws SQLException {
        try (PreparedStatement hide = connection.prepareStatement(HIDE)) {
            int p = JdbcRows.named(hide, 1, table, row);
            hide.setString(p, image(table, row));
            hide.setString(p + 1, text(version));
            hide.setString(p + 2, version.origin());
            hide.executeUpdate();
        }
    }

    private static String image(TableShape table, Row row) throws SQLException {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < row.size(); i++) {
            String name = table.columns().get(i).name();
            String value = JdbcRows.value(table, row, i);
            JsonText.quote(i == 0 ? json : json.append(", "), name);
            json.append(": ");
            if (value == null) {
                json.append("null");
            } else {
                JsonText.quote(json, value);
            }
        }
        return json.append('}').toString();
    }

    /** As the database keeps a version's timestamp. */
    static String text(Version version) {
        return version.equals(StoredRow.OLDEST) ? BEFORE_ALL : Micros.text(version.commitMicros());
    }

    void drop(TableShape table, Row key) throws SQLException {
        try (PreparedStatement drop = connection.prepareStatement(DROP_HIDDEN)) {
            JdbcRows.named(drop, 1, table, key);
            drop.executeUpdate();
        }
    }

    /** @param pending only where the key of such a row waits to be touched */
    List<TableId> tables(boolean pending) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(HIDDEN_TABLES + (pending ? WHERE_PENDING : "")); ResultSet row = query.executeQuery()) {
            List<TableId> found = new ArrayList<>();
            while (row.next()) {
                found.add(new TableId(row.getString(1), row.getString(2)));
            }
            return found;
        }
    }
}
