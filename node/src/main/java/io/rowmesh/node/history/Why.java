package io.rowmesh.node.history;

import io.rowmesh.applier.write.HiddenRows;
import io.rowmesh.applier.write.LocalDatabase;
import io.rowmesh.applier.write.Micros;
import io.rowmesh.applier.write.RowLookup;
import io.rowmesh.applier.write.StoredRows;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.node.admin.StatusClient;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Why a row is what it is in this region: its version, the deletes that are remembered of it, what it won against and lost to
 * as far as the history goes, and what is parked of it.
 *
 * @param key      canonical, a JSON array of texts
 * @param row      column to exact text of the row that stands, "(private)" for what must not be shown; null when none stands
 * @param written  when the row was last written; null when the database does not know it
 * @param origin   the region of that write
 * @param unknown  why it cannot be told when the row was last written, as a sentence; null when it can, or when nobody knows it any more
 * @param deletes  the deletes of the key, or of all keys of the table, that are remembered
 * @param conflicts the newest first
 * @param hidden   under unique: newest-wins the row of the key that is hidden; null when none is
 * @param collisions the rows that hide it; when none is hidden, the hidden rows that the row hides
 */
public record Why(String region, String table, String key, Map<String, String> row, String written, String origin, String unknown,
                  List<Delete> deletes, List<ConflictRow> conflicts, List<ParkedRow> parked, HiddenRows.Hidden hidden, List<HiddenRows.Collision> collisions) {

    private static final int CONFLICTS = 20;

    /** @param truncate whether it is a truncate, which deletes every key */
    public record Delete(String at, String origin, boolean truncate) {
    }

    /**
     * Reads it all in one snapshot.
     *
     * @param table as a person writes it
     * @param key   a JSON array of texts, or for a key of one column the text itself
     */
    public static Why read(NodeConfig config, Connection connection, String table, String key) throws SQLException {
        LocalDatabase database = LocalDatabases.of(config);
        database.pin(connection);
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
        try {
            TableId id = Names.table(database, connection, table);
            RowLookup rows = database.rows(connection, id);
            String canonical = rows.canonicalKey(Names.key(key, rows.keyColumns().size()));
            Optional<StoredRows.Stored> stored = rows.read(RowKey.texts(canonical));
            LastWrite last = stored.isEmpty() ? LastWrite.NONE : database.tellsVersions() ? LastWrite.of(stored.get().version())
                    : LastWrite.ask(config, new TableKey(id, canonical));
            HiddenRows.Hidden hidden = hidden(config, connection, id, canonical);
            return new Why(config.region(), id.toString(), canonical, stored.map(row -> shown(row, config.privateColumns(id))).orElse(null),
                    last.version() == null ? null : Micros.text(last.version().commitMicros()), last.version() == null ? null : last.version().origin(),
                    last.unknown(), deletes(connection, id, canonical),
                    Conflicts.of(connection, id, canonical, CONFLICTS), ParkedRow.of(connection, id, canonical), hidden,
                    collisions(connection, id, canonical, hidden != null));
        } finally {
            connection.rollback();
        }
    }

    /** @param unknown as in {@link Why} */
    private record LastWrite(Version version, String unknown) {

        static final LastWrite NONE = new LastWrite(null, null);

        static LastWrite of(Version version) {
            return new LastWrite(version, null);
        }

        static LastWrite ask(NodeConfig config, TableKey row) {
            try {
                return of(StatusClient.version(config.listen().admin(), row).orElse(null));
            } catch (IllegalStateException e) {
                return new LastWrite(null, "When and where it was last written is known to the running node only: " + e.getMessage() + ".");
            }
        }
    }

    private static List<HiddenRows.Collision> collisions(Connection connection, TableId table, String key, boolean hidden) throws SQLException {
        if (!ControlSql.of(connection).keepsKeys()) {
            return List.of();
        }
        return hidden ? HiddenRows.hiding(connection, table, key) : HiddenRows.hiddenBy(connection, table, key);
    }

    private static HiddenRows.Hidden hidden(NodeConfig config, Connection connection, TableId table, String key) throws SQLException {
        HiddenRows.Hidden hidden = ControlSql.of(connection).keepsKeys() ? HiddenRows.of(connection, table, key) : null;
        if (hidden != null) {
            hidden.row().replaceAll((column, text) -> config.privateColumns(table).contains(column) ? "(private)" : text);
        }
        return hidden;
    }

    private static Map<String, String> shown(StoredRows.Stored stored, Set<String> privates) {
        Map<String, String> shown = new LinkedHashMap<>();
        stored.row().columns().forEach(column -> shown.put(column, privates.contains(column) ? "(private)" : stored.row().get(column)));
        return shown;
    }

    private static List<Delete> deletes(Connection connection, TableId table, String key) throws SQLException {
        ControlSql sql = ControlSql.of(connection);
        List<Delete> deletes = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select " + sql.text("deleted_at") + ", origin, row_key = '*' from rowmesh.tombstone"
                + " where table_schema = ? and table_name = ? and " + sql.keyIsOrAll() + " order by deleted_at desc")) {
            query.setString(1, table.schema());
            query.setString(2, table.name());
            query.setString(3, key);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    deletes.add(new Delete(rows.getString(1), rows.getString(2), rows.getBoolean(3)));
                }
            }
        }
        return deletes;
    }
}
