package io.rowmesh.applier.mysql;

import io.rowmesh.applier.touch.PendingTouch;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Reads and writes {@code rowmesh.pending_touch}. Each call is part of the caller's transaction. */
final class MySqlPending {

    private static final String KEY = " where table_schema = ? and table_name = ? and key_digest = unhex(sha2(?, 256))";

    private static final String ADD = """
            insert into rowmesh.pending_touch (table_schema, table_name, row_key, log_position, xid, committed_at, withheld_at, only_by_touch)
            values (?, ?, ?, ?, 0, ?, utc_timestamp(6), ?)
            on duplicate key update committed_at = if(values(log_position) > log_position, values(committed_at), committed_at),
                only_by_touch = only_by_touch or values(only_by_touch), log_position = greatest(log_position, values(log_position))""";

    /** Not of a transaction that is shipped: it has another timestamp, or this one is its own. */
    private static final String WITHDRAW = "delete from rowmesh.tombstone" + KEY + " and origin = ? and deleted_at = ?";

    private static final String ALL = "select table_schema, table_name, row_key, log_position, xid, only_by_touch from rowmesh.pending_touch";

    private MySqlPending() {
    }

    /** @param onlyByTouch whether a later write of the keys does not settle them */
    static void add(Connection connection, Collection<WrittenKey> keys, long position, long micros, boolean onlyByTouch) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(ADD)) {
            for (WrittenKey key : keys) {
                bind(insert, key);
                insert.setLong(4, position);
                insert.setString(5, MySqlTime.text(micros));
                insert.setBoolean(6, onlyByTouch);
                insert.execute();
            }
        }
    }

    /** @return the keys of which there was a tombstone of this region with this timestamp (microseconds) */
    static Set<WrittenKey> withdrawTombstones(Connection connection, Collection<WrittenKey> keys, String region, long micros) throws SQLException {
        Set<WrittenKey> withdrawn = new HashSet<>();
        try (PreparedStatement delete = connection.prepareStatement(WITHDRAW)) {
            for (WrittenKey key : keys) {
                bind(delete, key);
                delete.setString(4, region);
                delete.setString(5, MySqlTime.text(micros));
                if (delete.executeUpdate() > 0) {
                    withdrawn.add(key);
                }
            }
        }
        return withdrawn;
    }

    static void remove(Connection connection, Collection<WrittenKey> keys) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from rowmesh.pending_touch" + KEY)) {
            for (WrittenKey key : keys) {
                bind(delete, key);
                delete.execute();
            }
        }
    }

    static List<PendingTouch> oldest(Connection connection, int limit) throws SQLException {
        List<PendingTouch> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(ALL + " order by withheld_at limit ?")) {
            query.setInt(1, limit);
            forEach(query, found::add);
        }
        return found;
    }

    static void all(Connection connection, Consumer<PendingTouch> taker) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(ALL)) {
            forEach(query, taker);
        }
    }

    private static void forEach(PreparedStatement query, Consumer<PendingTouch> taker) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                WrittenKey key = new WrittenKey(new TableId(row.getString(1), row.getString(2)), row.getString(3));
                taker.accept(new PendingTouch(key, row.getLong(4), row.getLong(5), row.getBoolean(6)));
            }
        }
    }

    private static void bind(PreparedStatement statement, WrittenKey key) throws SQLException {
        statement.setString(1, key.table().schema());
        statement.setString(2, key.table().name());
        statement.setString(3, key.key());
    }
}
