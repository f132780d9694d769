package io.rowmesh.applier.history;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Writes conflicts into {@code rowmesh.conflict}, in the open transaction of one connection, so that they are there exactly
 * when the change itself is.
 */
public final class ConflictHistory {

    private final Connection connection;
    private final HistoryTable table;
    private final RowJson json;

    private ConflictHistory(Connection connection, HistoryTable table, RowJson json) {
        this.connection = connection;
        this.table = table;
        this.json = json;
    }

    /**
     * In a PostgreSQL database.
     *
     * @param isPrivate whether a column's values are kept as hashes only
     */
    public static ConflictHistory open(Connection connection, BiPredicate<TableId, String> isPrivate) throws SQLException {
        return open(connection, new PostgresHistory(connection), isPrivate);
    }

    /** @param table of the same connection */
    public static ConflictHistory open(Connection connection, HistoryTable table, BiPredicate<TableId, String> isPrivate) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select salt from rowmesh.history_salt");
             ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("rowmesh.history_salt is empty; it must hold one row", "RM002");
            }
            return new ConflictHistory(connection, table, new RowJson(isPrivate, row.getString(1)));
        }
    }

    public RowJson json() {
        return json;
    }

    /** Writes a transaction's conflicts: each listed one, then a summary row for each kind beyond them. */
    public void write(ConflictBatch batch) throws SQLException {
        List<String[]> rows = new ArrayList<>();
        batch.listed().forEach(conflict -> rows.add(row(conflict)));
        batch.counted().forEach((kind, count) -> rows.add(summary(kind, count, batch.countedOf())));
        for (int i = 0; i < rows.size(); i += HistoryTable.ROWS_AT_ONCE) {
            table.insert(rows.subList(i, Math.min(rows.size(), i + HistoryTable.ROWS_AT_ONCE)));
        }
    }

    /**
     * The same, but what the history refuses costs neither the transaction nor the change.
     *
     * @return the sentence of the refusal, null when all is written
     * @throws SQLException when the transaction itself cannot go on
     */
    public String attempt(ConflictBatch batch) throws SQLException {
        if (batch.isEmpty()) {
            return null;
        }
        Savepoint before = connection.setSavepoint();
        try {
            write(batch);
            connection.releaseSavepoint(before);
            return null;
        } catch (SQLException e) {
            if (!table.isToBlame(e)) {
                throw e;
            }
            connection.rollback(before);
            return e.getMessage();
        }
    }

    /** As {@link HistoryTable#COLUMNS} has them. */
    private String[] row(ConflictRecord c) {
        ConflictRecord.Side stored = c.stored() == null ? new ConflictRecord.Side(null, null) : c.stored();
        ConflictRecord.Incoming in = c.incoming();
        NamedRow incoming = in == null ? null : in.row();
        return new String[] {c.type() == null ? null : c.type().label(), c.table().schema(), c.table().name(), c.key(), c.rule(),
                c.decision().label(), json.text(c.table(), stored.row()), micros(stored.version()), origin(stored.version()),
                json.text(c.table(), incoming), of(in, i -> micros(i.version())), of(in, i -> origin(i.version())),
                of(in, i -> Integer.toString(i.epoch())), of(in, i -> Long.toString(i.sequence())), "1",
                c.parkedId() == null ? null : c.parkedId().toString(), c.note()};
    }

    private static String[] summary(ConflictBatch.Kind kind, long count, ConflictRecord.Incoming in) {
        return new String[] {kind.type() == null ? null : kind.type().label(), kind.table().schema(), kind.table().name(), null, kind.rule(),
                kind.decision().label(), null, null, null, null, of(in, i -> micros(i.version())), of(in, i -> origin(i.version())),
                of(in, i -> Integer.toString(i.epoch())), of(in, i -> Long.toString(i.sequence())), Long.toString(count), null,
                "the transaction had more conflicts than are listed each for itself (" + ConflictBatch.LISTED + ")"};
    }

    private static String of(ConflictRecord.Incoming incoming, Function<ConflictRecord.Incoming, String> part) {
        return incoming == null ? null : part.apply(incoming);
    }

    private static String micros(Version version) {
        return version == null ? null : Long.toString(version.commitMicros());
    }

    private static String origin(Version version) {
        return version == null ? null : version.origin();
    }
}
