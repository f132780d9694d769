package io.rowmesh.applier.mysql;

import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.applier.write.Tombstones.Dated;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code rowmesh.tombstone}. Whoever records or reads one holds the node's lock of its key. */
final class MySqlTombstones {

    private static final String SELECT = "select row_key, " + MySqlTime.micros("deleted_at") + ", origin, epoch, sequence from rowmesh.tombstone where ";
    private static final String OF_KEYS = SELECT + "table_schema = ? and table_name = ? and key_digest in (%s)";
    private static final String OF_TABLE = SELECT + "table_schema = ? and table_name = ? and key_digest > ? order by key_digest limit ?";
    private static final String OF_TRANSACTION = SELECT
            + "origin = ? and epoch = ? and sequence = ? and table_schema = ? and table_name = ? and key_digest > ? order by key_digest limit ?";
    private static final String INSERT = "insert into rowmesh.tombstone (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence) values ";
    private static final String LOAD = "select recorded, table_schema, table_name, row_key from rowmesh.tombstone where recorded > ? order by recorded limit ?";
    private static final int PIECE = 1_000;

    private final Connection connection;

    MySqlTombstones(Connection connection) {
        this.connection = connection;
    }

    /** The newest over each of these keys, a truncate's included. */
    Map<String, PastDelete> over(TableId table, List<String> keys) throws SQLException {
        List<String> asked = new ArrayList<>(keys);
        asked.add(RowKey.ALL);
        Map<String, PastDelete> found = ofKeys(table, asked, "");
        PastDelete ofAll = found.remove(RowKey.ALL);
        if (ofAll != null) {
            keys.forEach(key -> found.merge(key, ofAll, (one, other) -> one.version().compareTo(other.version()) >= 0 ? one : other));
        }
        return found;
    }

    private Map<String, PastDelete> ofKeys(TableId table, List<String> keys, String lock) throws SQLException {
        Map<String, PastDelete> found = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(OF_KEYS.formatted(marks(keys.size(), "?")) + lock)) {
            int p = named(query, 1, table);
            for (String key : keys) {
                query.setBytes(p++, KeyDigest.of(key));
            }
            read(query).forEach(delete -> found.put(delete.key(), delete));
        }
        return found;
    }

    /** The newer version stays; an equal one is the same delete, seen again. The keys are distinct. */
    void record(String origin, int epoch, List<Dated> deletes) throws SQLException {
        Map<TableId, List<Dated>> byTable = new LinkedHashMap<>();
        deletes.forEach(delete -> byTable.computeIfAbsent(delete.key().table(), table -> new ArrayList<>()).add(delete));
        for (Map.Entry<TableId, List<Dated>> each : byTable.entrySet()) {
            for (int i = 0; i < each.getValue().size(); i += PIECE) {
                record(each.getKey(), origin, epoch, each.getValue().subList(i, Math.min(each.getValue().size(), i + PIECE)));
            }
        }
    }

    private void record(TableId table, String origin, int epoch, List<Dated> deletes) throws SQLException {
        Map<String, PastDelete> standing = ofKeys(table, deletes.stream().map(delete -> delete.key().key()).toList(), " for update");
        List<Dated> newer = deletes.stream().filter(delete -> {
            PastDelete stands = standing.get(delete.key().key());
            return stands == null || stands.version().compareTo(new Version(delete.micros(), origin)) < 0;
        }).toList();
        List<String> replaced = newer.stream().map(delete -> delete.key().key()).filter(standing::containsKey).toList();
        if (!replaced.isEmpty()) {
            delete(table, replaced);
        }
        if (!newer.isEmpty()) {
            insert(table, origin, epoch, newer);
        }
    }

    private void delete(TableId table, List<String> keys) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from rowmesh.tombstone where table_schema = ? and table_name = ? and key_digest in ("
                + marks(keys.size(), "?") + ")")) {
            int p = named(delete, 1, table);
            for (String key : keys) {
                delete.setBytes(p++, KeyDigest.of(key));
            }
            delete.executeUpdate();
        }
    }

    private void insert(TableId table, String origin, int epoch, List<Dated> deletes) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT + marks(deletes.size(), "(?, ?, ?, ?, ?, ?, ?)"))) {
            int p = 1;
            for (Dated delete : deletes) {
                p = named(insert, p, table);
                insert.setString(p++, delete.key().key());
                insert.setString(p++, MySqlTime.text(delete.micros()));
                insert.setString(p++, origin);
                insert.setInt(p++, epoch);
                insert.setLong(p++, delete.sequence());
            }
            insert.executeUpdate();
        }
    }

    /** In the order of the digests of their keys. @param after null for the first */
    List<PastDelete> of(TableId table, String after, int atMost) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(OF_TABLE)) {
            page(query, named(query, 1, table), after, atMost);
            return read(query);
        }
    }

    List<PastDelete> of(TransactionHeader header, TableId table, String after, int atMost) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(OF_TRANSACTION)) {
            query.setString(1, header.origin());
            query.setInt(2, header.epoch());
            query.setLong(3, header.sequence());
            page(query, named(query, 4, table), after, atMost);
            return read(query);
        }
    }

    private static void page(PreparedStatement query, int first, String after, int atMost) throws SQLException {
        query.setBytes(first, after == null ? new byte[0] : KeyDigest.of(after));
        query.setInt(first + 1, atMost);
    }

    List<TableId> tables() throws SQLException {
        List<TableId> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select distinct table_schema, table_name from rowmesh.tombstone");
             ResultSet row = query.executeQuery()) {
            while (row.next()) {
                found.add(new TableId(row.getString(1), row.getString(2)));
            }
        }
        return found;
    }

    /** A few at a time. The caller holds all key locks. */
    void load(TombstoneIndex index) throws SQLException {
        index.clear();
        long last = 0;
        for (boolean more = true; more;) {
            List<TableKey> keys = new ArrayList<>();
            try (PreparedStatement query = connection.prepareStatement(LOAD)) {
                query.setLong(1, last);
                query.setInt(2, PIECE);
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        last = row.getLong(1);
                        keys.add(new TableKey(new TableId(row.getString(2), row.getString(3)), row.getString(4)));
                    }
                }
            }
            index.add(keys);
            more = keys.size() == PIECE;
        }
        index.loaded();
    }

    private static List<PastDelete> read(PreparedStatement query) throws SQLException {
        List<PastDelete> found = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                found.add(new PastDelete(row.getString(1), new Version(row.getLong(2), row.getString(3)), row.getInt(4), row.getLong(5)));
            }
        }
        return found;
    }

    private static int named(PreparedStatement statement, int first, TableId table) throws SQLException {
        statement.setString(first, table.schema());
        statement.setString(first + 1, table.name());
        return first + 2;
    }

    static String marks(int count, String each) {
        return String.join(", ", Collections.nCopies(count, each));
    }

    /** Of these keys those that wait to be touched. */
    List<String> pending(TableId table, Collection<String> keys) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select row_key from rowmesh.pending_touch where table_schema = ? and table_name = ?"
                + " and key_digest in (" + marks(keys.size(), "?") + ")")) {
            int p = named(query, 1, table);
            for (String key : keys) {
                query.setBytes(p++, KeyDigest.of(key));
            }
            List<String> found = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(row.getString(1));
                }
            }
            return found;
        }
    }
}
