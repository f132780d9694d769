package io.rowmesh.applier.aged;

import io.rowmesh.applier.write.StoredRows;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.HashMap;
import java.util.Map;

/** What {@code rowmesh.aged_rows} keeps of tables, which keep it under another name. Leaves the commit to the caller. */
final class AgedNotes {

    private static final String NUMBER = "select rowmesh.next_number()";

    private static final String LOOKED_AT = "select n.nspname, c.relname, a.looked_at from rowmesh.aged_rows a join pg_class c on c.oid = a.relid"
            + " join pg_namespace n on n.oid = c.relnamespace";

    private static final String LOOKED = "insert into rowmesh.aged_rows (relid, looked_at) select r::oid, ? from to_regclass(?) r where r is not null"
            + " on conflict (relid) do update set looked_at = coalesce(excluded.looked_at, aged_rows.looked_at)";

    private static final String BOUND = "update rowmesh.aged_rows set written_before = greatest(written_before, ?::timestamptz)"
            + " where relid = to_regclass(?)::oid";

    private static final String MET = "update rowmesh.versions_since set met = rowmesh.next_number() where rowmesh.next_number() >= 4294967296";

    private AgedNotes() {
    }

    /** The database's number. */
    static long number(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(NUMBER)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The number when the last look at a table began; none of those at which nobody has looked to the end. */
    static Map<TableId, Long> lookedAt(Connection connection) throws SQLException {
        Map<TableId, Long> all = new HashMap<>();
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(LOOKED_AT)) {
            while (row.next()) {
                all.put(new TableId(row.getString(1), row.getString(2)), row.getObject(3, Long.class));
            }
        }
        return all;
    }

    /** @param number null where a first look begins */
    static void looked(Connection connection, TableId table, Long number) throws SQLException {
        try (PreparedStatement note = connection.prepareStatement(LOOKED)) {
            note.setObject(1, number, Types.BIGINT);
            note.setString(2, StoredRows.quoted(table));
            note.execute();
        }
    }

    /** Rows of the table have this timestamp (a text), and were written no later. */
    static void bound(Connection connection, TableId table, String timestamp) throws SQLException {
        try (PreparedStatement note = connection.prepareStatement(BOUND)) {
            note.setString(1, timestamp);
            note.setString(2, StoredRows.quoted(table));
            note.execute();
        }
    }

    /** Numbers that were used again while it was looked, before anything was applied, tell nothing of the rows from before. */
    static void met(Connection connection) throws SQLException {
        try (Statement note = connection.createStatement()) {
            note.execute(MET);
        }
    }
}
