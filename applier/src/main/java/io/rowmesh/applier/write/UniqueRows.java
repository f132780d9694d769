package io.rowmesh.applier.write;

import io.rowmesh.applier.unique.Candidate;
import io.rowmesh.applier.unique.FoundUnique;
import io.rowmesh.applier.unique.UniqueRow;
import io.rowmesh.rules.StoredRow;
import io.rowmesh.rules.unique.Standing;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads rows of tables under unique: newest-wins with their versions, as {@link UniqueStatements} ask for them. */
final class UniqueRows {

    private final Connection connection;
    private final RegionOrigins origins;
    private final String since;

    /** @param since when rowmesh first met the database: rows of unknown version are from before */
    UniqueRows(Connection connection, RegionOrigins origins, String since) {
        this.connection = connection;
        this.origins = origins;
        this.since = since;
    }

    /** @param header of the transaction that is written; null where none is */
    FoundUnique find(String sql, TransactionHeader header, TableShape table, Row key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            JdbcRows.key(query, JdbcRows.named(query, 1, table, key), table, key);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                int columns = table.columns().size();
                Version delete = version(row, 9, 10);
                long xmin = row.getLong(1);
                boolean stands = !row.wasNull();
                Version stored = stands ? stored(header, row, 2) : null;
                long ofAnyKey = row.getLong(12 + 2 * columns);
                if (header != null && header.commitMicros() != Version.NONE_MICROS && header.commitMicros() <= ofAnyKey) {
                    throw JdbcMerges.unknownVersion();
                }
                if (stored == StoredRow.OLDEST && cannotCompare(header, row, delete)) {
                    delete = null;
                }
                Version hidden = version(row, 7, 8);
                return new FoundUnique(stands ? new UniqueRow(texts(row, 12, columns), stored, xmin, row.getString(6) == null && isUsers(row, 3), row.getString(6) != null) : null,
                        hidden == null ? null : new UniqueRow(texts(row, 12 + columns, columns), hidden, 0, false, true),
                        delete == null ? null : new FoundUnique.Delete(delete, row.getInt(13 + 2 * columns), row.getLong(14 + 2 * columns)));
            }
        }
    }

    /** @param uniqueKeys how many there are that can be decided */
    List<Candidate> candidates(String sql, TransactionHeader header, TableShape table, int uniqueKeys) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            JdbcRows.tables(query, table.id(), 3);
            try (ResultSet row = query.executeQuery()) {
                List<Candidate> found = new ArrayList<>();
                while (row.next()) {
                    found.add(candidate(header, table, uniqueKeys, row));
                }
                return found;
            }
        }
    }

    private Candidate candidate(TransactionHeader header, TableShape table, int uniqueKeys, ResultSet row) throws SQLException {
        int columns = table.columns().size();
        Version stored = stored(header, row, 3);
        // A row of unknown version stays as it is unless another is certainly newer.
        Version version = stored == StoredRow.OLDEST ? new Version(row.getLong(8), "") : stored;
        UniqueRow stands = new UniqueRow(texts(row, 10, columns), version, row.getLong(2), row.getString(7) == null && isUsers(row, 4), row.getString(7) != null);
        List<String> values = Arrays.asList(JdbcRows.texts(row, 10 + columns, uniqueKeys));
        String key = RowKey.of(table, stands.row());
        return new Candidate(new Standing(key, stands.version(), values, row.getBoolean(1), stands.users(), isPending(row.getArray(9), key)), stands);
    }

    /** Whether the last writer has no replication origin. */
    private static boolean isUsers(ResultSet row, int origin) throws SQLException {
        return row.getLong(origin) == 0 && !row.wasNull();
    }

    private static boolean isPending(java.sql.Array keys, String key) throws SQLException {
        return keys != null && Arrays.stream((String[]) keys.getArray()).anyMatch(each -> each.equals(key) || each.equals(RowKey.ALL));
    }

    /** A row without a version was written before versions were kept, or before its table was rewritten. */
    private boolean cannotCompare(TransactionHeader header, ResultSet row, Version delete) throws SQLException {
        Version with = header != null ? header.version() : delete;
        if (with == null || with.commitMicros() == Version.NONE_MICROS) {
            return false;
        }
        boolean certainlyNewer = with.commitMicros() > row.getLong(11) && Micros.text(with.commitMicros()).compareTo(since) > 0;
        if (!certainlyNewer && header != null) {
            throw JdbcMerges.unknownVersion();
        }
        return !certainlyNewer;
    }

    /** The version kept for the row (from the fourth of these columns on), else its last writer's. */
    private Version stored(TransactionHeader header, ResultSet row, int first) throws SQLException {
        Version kept = version(row, first + 3, first + 4);
        if (kept != null) {
            return kept;
        }
        long micros = row.getLong(first);
        if (!row.wasNull()) {
            return new Version(micros, origins.region(row.getLong(first + 1)));
        }
        return row.getBoolean(first + 2) && header != null ? header.version() : StoredRow.OLDEST;
    }

    private static Version version(ResultSet row, int micros, int origin) throws SQLException {
        String by = row.getString(origin);
        return by == null ? null : new Version(row.getLong(micros), by);
    }

    private static Row texts(ResultSet row, int first, int count) throws SQLException {
        return new Row(JdbcRows.texts(row, first, count));
    }
}
