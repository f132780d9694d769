package io.rowmesh.applier.write;

import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Deletes rows that live below a newer tombstone (convergence rule 4). A delete does not wait for an insert that is not yet
 * committed: the insert becomes visible below the tombstone afterwards, so the node looks a second time, in a new statement.
 * The callers hold the key locks and commit.
 */
final class LookAgain {

    private static final DSLContext JOOQ = ControlSchema.renderer();

    private static final String OF_TABLE = " where d.table_schema = ? and d.table_name = ? and d.origin = ?";
    private static final String ROWS = "select d.row_key, d.deleted_at from rowmesh.tombstone d" + OF_TABLE + " and d.row_key <> '*'";
    private static final String OF_TRANSACTION = ROWS + " and d.epoch = ? and d.sequence = ?";
    /** The keys' own tombstones, and a truncate's, which stands over every key. Offset 0: the index for each key, always. */
    private static final String AT_KEYS = "select k as row_key, d.deleted_at from unnest(?::text[]) k cross join lateral (select d.deleted_at"
            + " from rowmesh.tombstone d" + OF_TABLE + " and md5(d.row_key) in (md5(k), md5('*')) offset 0) d";

    private final Connection connection;
    private final RegionOrigins origins;
    private final ApplierOptions options;
    private final String since;

    LookAgain(Connection connection, RegionOrigins origins, ApplierOptions options, String since) {
        this.connection = connection;
        this.origins = origins;
        this.options = options;
        this.since = since;
    }

    /** For the tombstones that a transaction recorded in a table. */
    void ofTransaction(TransactionHeader header, TableId table) throws SQLException {
        delete(OF_TRANSACTION, table, header.origin(), List.of(header.epoch(), header.sequence()));
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

    /** For every tombstone of a table. */
    void everywhere(TableId table) throws SQLException {
        for (String origin : options.regions()) {
            delete(ROWS, table, origin, List.of());
            deleteBelowTruncate(table, origin);
        }
    }

    /** For the tombstones over these keys (canonical, of one table). */
    void atKeys(TableId table, List<String> keys) throws SQLException {
        for (String origin : options.regions()) {
            deleteAtKeys(table, origin, keys);
        }
    }

    /** @param more values of the source's further parameters */
    private void delete(String source, TableId id, String origin, List<? extends Number> more) throws SQLException {
        LocalTable table = new LocalCatalog(connection).table(id);
        try (PreparedStatement delete = connection.prepareStatement(sql(source, table))) {
            int p = ofTable(delete, 1, id, origin);
            for (Number value : more) {
                delete.setLong(p++, value.longValue());
            }
            versions(delete, p, origin);
            delete.executeUpdate();
        }
    }

    private void deleteAtKeys(TableId id, String origin, List<String> keys) throws SQLException {
        LocalTable table = new LocalCatalog(connection).table(id);
        try (PreparedStatement delete = connection.prepareStatement(sql(AT_KEYS, table))) {
            delete.setArray(1, connection.createArrayOf("text", keys.toArray()));
            versions(delete, ofTable(delete, 2, id, origin), origin);
            delete.executeUpdate();
        }
    }

    private void deleteBelowTruncate(TableId id, String origin) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from " + name(id) + " as t using rowmesh.tombstone d"
                + OF_TABLE + " and d.row_key = '*' and rowmesh.is_older(t.xmin, "
                + StoredVersion.before(new LocalCatalog(connection).table(id)) + ", d.deleted_at, ?::oid[], ?::timestamptz)")) {
            versions(delete, ofTable(delete, 1, id, origin), origin);
            delete.executeUpdate();
        }
    }

    private static int ofTable(PreparedStatement statement, int first, TableId id, String origin) throws SQLException {
        statement.setString(first, id.schema());
        statement.setString(first + 1, id.name());
        statement.setString(first + 2, origin);
        return first + 3;
    }

    private void versions(PreparedStatement statement, int first, String origin) throws SQLException {
        statement.setString(first, origins.below(origin));
        statement.setString(first + 1, since);
    }

    private static String sql(String source, LocalTable table) throws SQLException {
        List<LocalColumn> key = table.columns().values().stream().filter(LocalColumn::key).toList();
        if (key.isEmpty()) {
            throw new SQLException("table " + table.id() + " has no primary key here", "42830");
        }
        String equal = IntStream.range(0, key.size()).mapToObj(i -> "t." + JOOQ.render(DSL.name(key.get(i).name()))
                + " = (d.row_key::jsonb ->> " + i + ")::" + key.get(i).castType()).collect(Collectors.joining(" and "));
        return "delete from " + name(table.id()) + " as t using (" + source + " offset 0) d where " + equal
                + " and rowmesh.is_older(t.xmin, " + StoredVersion.before(table) + ", d.deleted_at, ?::oid[], ?::timestamptz)";
    }

    private static String name(TableId id) {
        return JOOQ.render(DSL.name(id.schema(), id.name()));
    }
}
