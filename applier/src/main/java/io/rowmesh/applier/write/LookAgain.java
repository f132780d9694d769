package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Deletes rows that live below a newer tombstone (convergence rule 4). A delete does not wait for an insert that is not yet
 * committed: the insert becomes visible below the tombstone afterwards, so the node looks a second time, in a new statement.
 * The callers hold the key locks.
 */
final class LookAgain {

    private static final DSLContext JOOQ = ControlSchema.renderer();

    private final Connection connection;
    private final RegionOrigins origins;
    private final ApplierOptions options;
    private final TableWriter tables;
    private final String since;

    LookAgain(Connection connection, RegionOrigins origins, ApplierOptions options, TableWriter tables, String since) {
        this.connection = connection;
        this.origins = origins;
        this.options = options;
        this.tables = tables;
        this.since = since;
    }

    /** After the commit of a transaction whose deletes found no row. Commits. */
    void afterDeletes(String origin, long commitMicros, List<RowChange.Delete> deletes) throws SQLException {
        if (deletes.isEmpty()) {
            return;
        }
        Map<TableShape, List<String[]>> byTable = new LinkedHashMap<>();
        for (RowChange.Delete delete : deletes) {
            byTable.computeIfAbsent(delete.table(), t -> new ArrayList<>()).add(keyTexts(delete));
        }
        for (var entry : byTable.entrySet()) {
            List<Long> versions = entry.getValue().stream().map(k -> commitMicros).toList();
            tables.deleteOlder(entry.getKey(), entry.getValue(), versions, origins.below(origin));
        }
        connection.commit();
    }

    /** The texts of a change's key columns, in column order. */
    static String[] keyTexts(RowChange change) {
        int[] positions = change.table().keyPositions();
        String[] texts = new String[positions.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = RowChange.keyImage(change).get(positions[i]);
        }
        return texts;
    }

    /** For every tombstone of every table: after a restart nobody knows which deletes still wait for their second look. */
    void everywhere() throws SQLException {
        for (TableId table : tablesWithTombstones()) {
            for (String origin : options.regions()) {
                belowTombstones(table, origin, null);
                belowTruncate(table, origin);
            }
        }
        connection.commit();
    }

    /** For a table's truncate: a local write was captured while it stands. The caller holds all locks. */
    void atTruncate(TableId table) throws SQLException {
        for (String origin : options.regions()) {
            belowTruncate(table, origin);
        }
        connection.commit();
    }

    /** For the tombstones of these keys (canonical, of one table): a local write was captured while they stand. */
    void atKeys(TableId table, List<String> keys) throws SQLException {
        for (String origin : options.regions()) {
            belowTombstones(table, origin, keys);
        }
        connection.commit();
    }

    private List<TableId> tablesWithTombstones() throws SQLException {
        List<TableId> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(
                "select distinct table_schema, table_name from rowmesh.tombstone"); ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                found.add(new TableId(rows.getString(1), rows.getString(2)));
            }
        }
        return found;
    }

    private void belowTombstones(TableId id, String origin, List<String> keys) throws SQLException {
        LocalTable table = new LocalCatalog(connection).table(id);
        try (PreparedStatement delete = connection.prepareStatement(sql(table, keys != null))) {
            int p = 1;
            delete.setString(p++, id.schema());
            delete.setString(p++, id.name());
            delete.setString(p++, origin);
            if (keys != null) {
                delete.setArray(p++, connection.createArrayOf("text", keys.toArray()));
            }
            delete.setString(p++, origins.below(origin));
            delete.setString(p, since);
            delete.executeUpdate();
        }
    }

    private void belowTruncate(TableId id, String origin) throws SQLException {
        String sql = "delete from " + JOOQ.render(DSL.name(id.schema(), id.name())) + " as t using rowmesh.tombstone d"
                + " where d.table_schema = ? and d.table_name = ? and d.origin = ? and d.row_key = '*'"
                + " and rowmesh.is_older(t.xmin, d.deleted_at, ?::oid[], ?::timestamptz)";
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setString(1, id.schema());
            delete.setString(2, id.name());
            delete.setString(3, origin);
            delete.setString(4, origins.below(origin));
            delete.setString(5, since);
            delete.executeUpdate();
        }
    }

    private static String sql(LocalTable table, boolean someKeys) {
        List<LocalTable.LocalColumn> key = table.columns().values().stream().filter(LocalTable.LocalColumn::key).toList();
        StringBuilder equal = new StringBuilder();
        for (int i = 0; i < key.size(); i++) {
            equal.append(i == 0 ? "" : " and ").append("t.").append(JOOQ.render(DSL.name(key.get(i).name())))
                    .append(" = (d.row_key::jsonb ->> ").append(i).append(")::").append(key.get(i).castType());
        }
        return "delete from " + JOOQ.render(DSL.name(table.id().schema(), table.id().name())) + " as t"
                + " using (select * from rowmesh.tombstone where table_schema = ? and table_name = ? and origin = ?"
                + " and row_key <> '*'" + (someKeys ? " and row_key = any (?)" : "") + " offset 0) d"
                + " where " + equal + " and rowmesh.is_older(t.xmin, d.deleted_at, ?::oid[], ?::timestamptz)";
    }
}
