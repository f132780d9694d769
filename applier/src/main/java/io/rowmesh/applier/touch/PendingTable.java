package io.rowmesh.applier.touch;

import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Reads and writes {@code rowmesh.pending_touch}. Each call is a transaction or part of the caller's. */
final class PendingTable {

    private static final int FETCH = 1_000;

    private static final String ADD = """
            insert into rowmesh.pending_touch as p (table_schema, table_name, row_key, log_position, xid, committed_at, withheld_at,
                only_by_touch)
            select u.s, u.n, u.k, ?, ?, timestamptz 'epoch' + ? * interval '1 microsecond', clock_timestamp(), ?
            from unnest(?::text[], ?::text[], ?::text[]) as u(s, n, k) order by u.s, u.n, u.k
            on conflict (table_schema, table_name, md5(row_key)) do update
            set (log_position, xid, committed_at) = (select g.log_position, g.xid, g.committed_at from (values
                  (p.log_position, p.xid, p.committed_at), (excluded.log_position, excluded.xid, excluded.committed_at))
                  g (log_position, xid, committed_at) order by g.log_position desc limit 1),
                only_by_touch = p.only_by_touch or excluded.only_by_touch""";

    private static final String REMOVE = """
            delete from rowmesh.pending_touch p using unnest(?::text[], ?::text[], ?::text[]) as u(s, n, k)
            where p.table_schema = u.s and p.table_name = u.n and md5(p.row_key) = md5(u.k)""";

    /** Not of a transaction that is shipped: it has another timestamp, or this one is its own. */
    private static final String WITHDRAW = """
            delete from rowmesh.tombstone d using unnest(?::text[], ?::text[], ?::text[]) as u(s, n, k)
            where d.table_schema = u.s and d.table_name = u.n and md5(d.row_key) = md5(u.k) and d.origin = ?
            and d.deleted_at = timestamptz 'epoch' + ? * interval '1 microsecond'
            returning d.table_schema, d.table_name, d.row_key""";

    private static final String ALL = "select table_schema, table_name, row_key, log_position, xid, only_by_touch from rowmesh.pending_touch";

    private static final String NOT_HIDDEN = " p where not exists (select from rowmesh.shadow s where s.table_schema = p.table_schema"
            + " and s.table_name = p.table_name and md5(s.row_key) = md5(p.row_key))";

    private PendingTable() {
    }

    /**
     * @param whole       number of the withheld transaction, 64 bits
     * @param onlyByTouch whether a later write of the keys does not settle them
     */
    static void add(Connection connection, Collection<WrittenKey> keys, long position, long whole, long micros, boolean onlyByTouch)
            throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(ADD)) {
            insert.setLong(1, position);
            insert.setLong(2, whole);
            insert.setLong(3, micros);
            insert.setBoolean(4, onlyByTouch);
            bind(insert, 5, keys);
            insert.execute();
        }
    }

    /**
     * Takes back the tombstones of a withheld transaction: a node that died between them and the sync of the change log can have
     * judged it otherwise. No other region ever hears of that version.
     *
     * @return the keys of which there was one
     */
    static Set<WrittenKey> withdrawTombstones(Connection connection, Collection<WrittenKey> keys, String region, long micros) throws SQLException {
        Set<WrittenKey> withdrawn = new HashSet<>();
        try (PreparedStatement delete = connection.prepareStatement(WITHDRAW)) {
            bind(delete, 1, keys);
            delete.setString(4, region);
            delete.setLong(5, micros);
            try (ResultSet rows = delete.executeQuery()) {
                while (rows.next()) {
                    withdrawn.add(key(rows));
                }
            }
        }
        return withdrawn;
    }

    static void remove(Connection connection, Collection<WrittenKey> keys) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(REMOVE)) {
            bind(delete, 1, keys);
            delete.execute();
        }
    }

    /** Those that wait longest first; but not of a row that is hidden, which is shown before. */
    static List<PendingTouch> oldest(Connection connection, int limit) throws SQLException {
        List<PendingTouch> found = new java.util.ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(ALL + NOT_HIDDEN + " order by withheld_at limit ?")) {
            query.setInt(1, limit);
            forEach(query, found::add);
        }
        return found;
    }

    /** A few at a time: the connection must be in a transaction. */
    static void all(Connection connection, Consumer<PendingTouch> taker) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(ALL)) {
            query.setFetchSize(FETCH);
            forEach(query, taker);
        }
    }

    private static void forEach(PreparedStatement query, Consumer<PendingTouch> taker) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                taker.accept(new PendingTouch(key(rows), rows.getLong(4), rows.getLong(5), rows.getBoolean(6)));
            }
        }
    }

    private static WrittenKey key(ResultSet rows) throws SQLException {
        return new WrittenKey(new TableId(rows.getString(1), rows.getString(2)), rows.getString(3));
    }

    private static void bind(PreparedStatement statement, int first, Collection<WrittenKey> keys) throws SQLException {
        Connection connection = statement.getConnection();
        statement.setArray(first, connection.createArrayOf("text", keys.stream().map(k -> k.table().schema()).toArray()));
        statement.setArray(first + 1, connection.createArrayOf("text", keys.stream().map(k -> k.table().name()).toArray()));
        statement.setArray(first + 2, connection.createArrayOf("text", keys.stream().map(WrittenKey::key).toArray()));
    }
}
