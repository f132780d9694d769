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
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Writes conflicts into {@code rowmesh.conflict}, in the open transaction of one connection, so that they are there exactly
 * when the change itself is.
 */
public final class ConflictHistory {

    private static final int ROWS_AT_ONCE = 200;
    private static final int COLUMNS = 17;

    private static final String INSERT = """
            insert into rowmesh.conflict (type, table_schema, table_name, row_key, rule, decision, stored_row, stored_at, stored_origin,
              incoming_row, incoming_at, incoming_origin, epoch, sequence, conflicts, parked_id, note)
            select u.c1, u.c2, u.c3, u.c4, u.c5, u.c6, u.c7::json, 'epoch'::timestamptz + u.c8::bigint * interval '1 microsecond', u.c9,
              u.c10::json, 'epoch'::timestamptz + u.c11::bigint * interval '1 microsecond', u.c12, u.c13::int, u.c14::bigint,
              u.c15::bigint, u.c16::bigint, u.c17
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
              ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
              as u(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17)""";

    private final Connection connection;
    private final RowJson json;

    private ConflictHistory(Connection connection, RowJson json) {
        this.connection = connection;
        this.json = json;
    }

    /** @param isPrivate whether a column's values are kept as hashes only */
    public static ConflictHistory open(Connection connection, BiPredicate<TableId, String> isPrivate) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select salt from rowmesh.history_salt");
             ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("rowmesh.history_salt is empty; it must hold one row", "RM002");
            }
            return new ConflictHistory(connection, new RowJson(isPrivate, row.getString(1)));
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
        for (int i = 0; i < rows.size(); i += ROWS_AT_ONCE) {
            insert(rows.subList(i, Math.min(rows.size(), i + ROWS_AT_ONCE)));
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
            if (!belongsToTheHistory(e)) {
                throw e;
            }
            connection.rollback(before);
            return e.getMessage();
        }
    }

    /** By SQLSTATE: what its tables or rows are to blame for. Connections, locks and resources are everybody's. */
    private static boolean belongsToTheHistory(SQLException error) {
        String state = error.getSQLState();
        return state != null && state.length() == 5 && Set.of("22", "23", "42", "44", "54", "0A", "P0").contains(state.substring(0, 2));
    }

    private void insert(List<String[]> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (int c = 0; c < COLUMNS; c++) {
                int column = c;
                insert.setArray(c + 1, connection.createArrayOf("text", rows.stream().map(row -> row[column]).toArray(String[]::new)));
            }
            insert.executeUpdate();
        }
    }

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
