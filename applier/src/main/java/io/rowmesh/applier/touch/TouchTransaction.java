package io.rowmesh.applier.touch;

import io.rowmesh.applier.write.LocalCatalog;
import io.rowmesh.applier.write.LocalTable;
import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes one touch of keys of one table: first what it touches, then the rows, then which of them there were none of. */
final class TouchTransaction {

    private static final DSLContext JOOQ = ControlSchema.renderer();
    private static final String UNDEFINED_TABLE = "42P01";

    private TouchTransaction() {
    }

    /** The commit is the caller's. The keys are of one table; a whole table stands alone. */
    static void write(Connection connection, List<PendingTouch> keys, String secret) throws SQLException {
        try (Statement settings = connection.createStatement()) {
            // No trigger fires for what is no write of a user's; nobody waits long behind a touch.
            settings.execute("set local session_replication_role = 'replica'; set local lock_timeout = '2s'");
        }
        LocalTable table = table(connection, keys.get(0).key().table());
        boolean whole = keys.get(0).key().isWholeTable();
        if (whole && table != null) {
            try (Statement lock = connection.createStatement()) {
                lock.execute("lock table " + name(table) + " in share row exclusive mode");
            }
        }
        say(connection, keys, false, secret);
        if (whole) {
            say(connection, keys, true, secret);
        }
        Set<String> found = table == null ? Set.of() : whole ? restateAll(connection, table) : restate(connection, table, keys);
        List<PendingTouch> missing = keys.stream().filter(k -> !whole && !found.contains(k.key().key())).toList();
        mustNotBeHidden(connection, missing);
        if (!missing.isEmpty()) {
            say(connection, missing, true, secret);
        }
    }

    /** A row that a lane has hidden meanwhile is there all the same: it is touched once it is shown. */
    private static void mustNotBeHidden(Connection connection, List<PendingTouch> keys) throws SQLException {
        for (PendingTouch key : keys) {
            try (PreparedStatement query = connection.prepareStatement("select 1 from rowmesh.shadow where table_schema = ? and table_name = ?"
                    + " and md5(row_key) = md5(?)")) {
                query.setString(1, key.key().table().schema());
                query.setString(2, key.key().table().name());
                query.setString(3, key.key().key());
                if (query.executeQuery().next()) {
                    throw new SQLException("the row " + key.key().key() + " of " + key.key().table() + " is hidden now", "40001");
                }
            }
        }
    }

    /** Null when the table is gone: then nothing of it is pending anywhere. */
    private static LocalTable table(Connection connection, TableId id) throws SQLException {
        try {
            return new LocalCatalog(connection).table(id);
        } catch (SQLException e) {
            if (UNDEFINED_TABLE.equals(e.getSQLState())) {
                return null;
            }
            throw e;
        }
    }

    private static void say(Connection connection, List<PendingTouch> keys, boolean gone, String secret) throws SQLException {
        try (PreparedStatement message = connection.prepareStatement(
                "select pg_logical_emit_message(true, '" + TouchMessage.PREFIX + "', m) from unnest(?::text[]) with ordinality u(m, o) order by o")) {
            message.setArray(1, connection.createArrayOf("text",
                    keys.stream().map(k -> new TouchMessage(k.key(), gone, k.position()).content(secret)).toArray()));
            message.execute();
        }
    }

    /** @return the keys of which there was a row */
    private static Set<String> restate(Connection connection, LocalTable table, List<PendingTouch> keys) throws SQLException {
        List<LocalColumn> key = table.columns().values().stream().filter(LocalColumn::key).toList();
        String equal = IntStream.range(0, key.size()).mapToObj(i -> "t." + JOOQ.render(DSL.name(key.get(i).name()))
                + " = (d.k::jsonb ->> " + i + ")::" + key.get(i).castType()).collect(Collectors.joining(" and "));
        String sql = "update " + name(table) + " as t set " + sameValue(table) + " from (select k from unnest(?::text[]) k order by k offset 0) d"
                + " where " + equal + " returning d.k";
        Set<String> found = new HashSet<>();
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setArray(1, connection.createArrayOf("text", keys.stream().map(k -> k.key().key()).toArray()));
            try (ResultSet rows = update.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        return found;
    }

    private static Set<String> restateAll(Connection connection, LocalTable table) throws SQLException {
        try (Statement update = connection.createStatement()) {
            update.executeUpdate("update " + name(table) + " as t set " + sameValue(table));
        }
        return Set.of();
    }

    private static String sameValue(LocalTable table) throws SQLException {
        String column = table.columns().values().stream().filter(c -> !c.generated() && !c.identityAlways()).findFirst()
                .map(c -> JOOQ.render(DSL.name(c.name()))).orElseThrow(() -> new SQLException("table " + table.id()
                        + " has no column that may be written, so its rows cannot be touched", "428C9"));
        return column + " = t." + column;
    }

    private static String name(LocalTable table) {
        return JOOQ.render(DSL.name(table.id().schema(), table.id().name()));
    }
}
