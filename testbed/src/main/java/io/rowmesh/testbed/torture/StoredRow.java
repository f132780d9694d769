package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * A row as it stands in a region.
 *
 * @param version by the commit timestamp and origin of the transaction that wrote it there, unless another one is noted beside
 */
record StoredRow(String image, Version version) {

    /** All rows of a table, by key. */
    static Map<String, StoredRow> read(TestingRegion region, Table table) {
        String sql = "select " + table.keyOfRow() + ", t::text, (extract(epoch from coalesce(r.written_at, v.\"timestamp\")) * 1000000)::bigint,"
                + " coalesce(r.origin, o.roname) from " + table.name() + " t cross join pg_xact_commit_timestamp_origin(t.xmin) v"
                + " left join pg_replication_origin o on o.roident = v.roident left join rowmesh.row_version r on r.table_schema = 'public'"
                + " and r.table_name = '" + table.name() + "' and r.row_key = " + table.keyOfRow() + " and r.row_xmin = t.xmin::text::bigint";
        Map<String, StoredRow> found = new HashMap<>();
        try (Connection connection = region.postgres().connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setFetchSize(5_000);
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    found.put(rows.getString(1), new StoredRow(rows.getString(2), new Version(rows.getLong(3), origin(region, rows.getString(4)))));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read " + table.name() + " of " + region.id() + ": " + e.getMessage(), e);
        }
    }

    /** @param name of a region or a replication origin, null for a local write */
    static String origin(TestingRegion region, String name) {
        if (name == null || name.equals("rowmesh_self")) {
            return region.id();
        }
        return name.replaceFirst("^rowmesh_", "");
    }

    @Override
    public String toString() {
        return image + " @ " + version.commitMicros() + " " + version.origin();
    }
}
