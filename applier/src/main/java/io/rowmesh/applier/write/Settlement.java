package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.ConflictRecord.Incoming;
import io.rowmesh.applier.history.ConflictRecord.Side;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A person's decision about a parked row: one ordinary local transaction that writes the row anew and removes what is parked of
 * its key. Being a new local write it has the newest version and goes to all regions; whatever is parked meanwhile is judged
 * by its version when the lane gets to it. Safe beside lanes: it locks the parked entries first, as a lane does that applies
 * them again. Done twice, the second time finds nothing to do and says so.
 */
public final class Settlement {

    private final Connection connection;
    private final ControlSql sql;
    private final LocalDatabase database;
    private final ApplierOptions options;
    private final ConflictHistory history;

    /** What the row shall be. */
    public sealed interface With {

        /** The row as it stands here. */
        record Local() implements With {
        }

        /** As the newest parked change of the entry's origin has it. */
        record Remote() implements With {
        }

        /**
         * These columns; others stay as they are here, or take their defaults.
         *
         * @param columns exact texts by name, null for SQL NULL; null instead of the map for no row at all
         */
        record Values(Map<String, String> columns) implements With {
        }
    }

    /**
     * What was done.
     *
     * @param entries  parked changes that are settled
     * @param table    the table of the row, null when nothing was done
     * @param sentence what was done, or that it was done before
     */
    public record Result(int entries, TableId table, String sentence) {
    }

    private Settlement(Connection connection, LocalDatabase database, ApplierOptions options) throws SQLException {
        this.connection = connection;
        this.sql = ControlSql.of(connection);
        this.database = database;
        this.options = options;
        this.history = database.history(connection, options.isPrivate());
    }

    /**
     * Settles everything that is parked of one entry's key.
     *
     * @param connection an ordinary session of the node's role in the database, without replication origin; left without a transaction
     * @throws IllegalStateException with a sentence when it cannot be settled so; then nothing has changed
     */
    public static Result settle(Connection connection, LocalDatabase database, ApplierOptions options, long parkedId, With with)
            throws SQLException {
        database.pin(connection);
        connection.setAutoCommit(false);
        try {
            Result result = new Settlement(connection, database, options).settle(parkedId, with);
            connection.commit();
            return result;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private Result settle(long parkedId, With with) throws SQLException {
        Optional<TableKey> key = key(parkedId);
        List<ParkedChange> parked = key.isPresent() ? lock(key.get()) : List.of();
        Optional<ParkedChange> chosen = parked.stream().filter(entry -> entry.id() == parkedId).findFirst();
        if (chosen.isEmpty()) {
            return new Result(0, null, former(parkedId));
        }
        if (key.get().isWholeTable()) {
            throw new IllegalStateException("entry " + parkedId + " is a TRUNCATE of " + key.get().table()
                    + ", which no row can settle: mend its cause and retry it");
        }
        return settle(key.get(), parked, chosen.get(), with);
    }

    private Result settle(TableKey key, List<ParkedChange> parked, ParkedChange chosen, With with) throws SQLException {
        RowLookup rows = database.rows(connection, key.table());
        List<String> texts = RowKey.texts(key.key());
        SettledRow row = database.settled(connection, key, texts, options.rules().apply(key.table()));
        Optional<StoredRows.Stored> stored = row.lock() ? rows.read(texts) : Optional.empty();
        if (with instanceof With.Values values && values.columns() != null) {
            requireSameKey(rows, key, texts, values.columns());
        }
        String did = write(row, stored, parked, chosen, with);
        ParkedChange.delete(connection, parked);
        ConflictBatch batch = new ConflictBatch();
        parked.forEach(entry -> batch.add(settled(entry, stored, did)));
        history.write(batch);
        return new Result(parked.size(), key.table(), "settled " + (parked.size() == 1 ? "1 parked change" : parked.size() + " parked changes") + " of "
                + key.table() + " " + key.key() + ": " + did);
    }

    private static void requireSameKey(RowLookup rows, TableKey key, List<String> texts, Map<String, String> columns) throws SQLException {
        List<String> given = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            given.add(columns.getOrDefault(rows.keyColumns().get(i), texts.get(i)));
        }
        if (given.contains(null) || !rows.canonicalKey(given).equals(key.key())) {
            throw new IllegalStateException("the row given has another key than " + key.key() + ", whose changes are parked");
        }
    }

    private String write(SettledRow row, Optional<StoredRows.Stored> stored, List<ParkedChange> parked, ParkedChange chosen, With with)
            throws SQLException {
        if (with instanceof With.Values values && values.columns() != null) {
            return put(row, values.columns(), stored.map(StoredRows.Stored::row));
        }
        if (with instanceof With.Local && stored.isPresent()) {
            return row.merges() ? put(row, Map.of(), stored.map(StoredRows.Stored::row)) : row.keep();
        }
        ParkedChange newest = parked.stream().filter(entry -> entry.header().origin().equals(chosen.header().origin()))
                .max(Comparator.comparing((ParkedChange entry) -> entry.header().version()).thenComparing(ParkedChange::id)).orElseThrow();
        if (!(with instanceof With.Remote)) {
            return stored.isPresent() ? row.delete() : noRow(row, newest);
        }
        return "with the row of " + newest.header().origin() + ", " + remote(row, newest, stored.map(StoredRows.Stored::row));
    }

    private static String put(SettledRow row, Map<String, String> texts, Optional<NamedRow> stored) throws SQLException {
        return row.merges() ? row.renew(texts, stored) : row.write(texts, stored.isPresent());
    }

    private String remote(SettledRow row, ParkedChange newest, Optional<NamedRow> stored) throws SQLException {
        if (newest.change().kind() != RowChange.Kind.DELETE) {
            return put(row, SettledRow.texts(NamedRow.of(newest.change())), stored);
        }
        if (stored.isPresent()) {
            return row.delete();
        }
        throw nothingLeft(newest);
    }

    private static String noRow(SettledRow row, ParkedChange newest) throws SQLException {
        if (newest.change().kind() == RowChange.Kind.DELETE) {
            throw nothingLeft(newest);
        }
        return row.deleteElsewhere(SettledRow.texts(NamedRow.of(newest.change())));
    }

    private static IllegalStateException nothingLeft(ParkedChange newest) {
        return new IllegalStateException("the parked change is a delete, and no row stands here any more: 'rowmesh parked retry "
                + newest.id() + "' is enough");
    }

    private Optional<TableKey> key(long parkedId) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select table_schema, table_name, row_key from rowmesh.parked where parked_id = ?")) {
            query.setLong(1, parkedId);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(new TableKey(new TableId(row.getString(1), row.getString(2)), row.getString(3))) : Optional.empty();
            }
        }
    }

    private List<ParkedChange> lock(TableKey key) throws SQLException {
        List<ParkedChange> entries = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select " + ParkedChange.columns(sql)
                + " from rowmesh.parked p where table_schema = ? and table_name = ? and " + sql.keyIs() + " order by parked_id for update")) {
            JdbcRows.named(query, 1, key);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    entries.add(ParkedChange.read(rows));
                }
            }
        }
        return entries;
    }

    /** What the history says of an entry that is not parked any more. */
    private String former(long parkedId) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select decision, " + sql.text("noted_at") + ", note from rowmesh.conflict"
                + " where parked_id = ? and decision in ('settled', 'retried') order by conflict_id desc limit 1")) {
            query.setLong(1, parkedId);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("there is no parked entry " + parkedId + "; 'rowmesh parked list' shows those that there are");
                }
                return "entry " + parkedId + " is not parked any more: it was " + (row.getString(1).equals("settled") ? "settled" : "applied again")
                        + " at " + row.getString(2) + " (" + row.getString(3) + ")";
            }
        }
    }

    private ConflictRecord settled(ParkedChange entry, Optional<StoredRows.Stored> stored, String did) {
        ConflictType type = "23505".equals(entry.sqlstate()) || "23P01".equals(entry.sqlstate()) ? ConflictType.UPDATE_EXISTS : null;
        TableKey key = entry.key();
        return new ConflictRecord(type, key.table(), key.key(), options.rules().apply(key.table()).row().label(), Decision.SETTLED,
                stored.map(row -> new Side(row.row(), row.version())).orElse(null), Incoming.of(NamedRow.of(entry.change()), entry.header()), entry.id(), did);
    }
}
