package io.rowmesh.applier.write;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes {@code rowmesh.tombstone}. The deletes of users' rows write theirs in their own statement. */
public final class Tombstones {

    /** The newer version stays; an equal one is the same delete, seen again. */
    private static final String RECORD = """
            insert into rowmesh.tombstone as d (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence)
            select u.s, u.n, u.k, u.w::timestamptz, ?, ?, u.q from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
              as u(s, n, k, w, q) order by u.s, u.n, u.k
            on conflict (table_schema, table_name, md5(row_key)) do update
            set deleted_at = excluded.deleted_at, origin = excluded.origin, epoch = excluded.epoch,
                sequence = excluded.sequence, recorded = default
            where (d.deleted_at, d.origin collate "C") < (excluded.deleted_at, excluded.origin collate "C")""";

    private Tombstones() {
    }

    /** Records deletes of one transaction. */
    static void record(Connection connection, TransactionHeader header, List<TableKey> keys) throws SQLException {
        record(connection, header.origin(), header.epoch(), keys.stream()
                .map(key -> new Dated(key, header.commitMicros(), header.sequence())).toList());
    }

    /** A deleted key with the version's timestamp (microseconds) and the sequence of its transaction. */
    public record Dated(TableKey key, long micros, long sequence) {
    }

    /** The keys must be distinct. */
    static void record(Connection connection, String origin, int epoch, List<Dated> deletes) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(RECORD)) {
            insert.setString(1, origin);
            insert.setInt(2, epoch);
            insert.setArray(3, text(connection, deletes.stream().map(d -> d.key().table().schema()).toList()));
            insert.setArray(4, text(connection, deletes.stream().map(d -> d.key().table().name()).toList()));
            insert.setArray(5, text(connection, deletes.stream().map(d -> d.key().key()).toList()));
            insert.setArray(6, text(connection, deletes.stream().map(d -> Micros.text(d.micros())).toList()));
            insert.setArray(7, connection.createArrayOf("bigint", deletes.stream().map(Dated::sequence).toArray()));
            insert.execute();
        }
    }

    /** The tables of which tombstones stand. */
    static List<TableId> tables(Connection connection) throws SQLException {
        List<TableId> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(
                "select distinct table_schema, table_name from rowmesh.tombstone"); ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                found.add(new TableId(rows.getString(1), rows.getString(2)));
            }
        }
        return found;
    }

    /**
     * Loads the keys of all tombstones into the index, a few at a time. The caller holds all key locks and a transaction.
     */
    static void load(Connection connection, TombstoneIndex index) throws SQLException {
        index.clear();
        try (PreparedStatement query = connection.prepareStatement(
                "select table_schema, table_name, row_key from rowmesh.tombstone")) {
            query.setFetchSize(1_000);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    index.add(List.of(new TableKey(new TableId(rows.getString(1), rows.getString(2)), rows.getString(3))));
                }
            }
        }
        index.loaded();
    }

    private static java.sql.Array text(Connection connection, List<String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray());
    }
}
