package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.siblings.Sibling;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A person's decision about a row under the rule park: one ordinary local transaction that writes the row. It has seen all writes that
 * stand here, as they were applied or written before, so in every region it takes the place of them all; a write that arrives
 * meanwhile stays beside it. Any application's write of the row does the same.
 */
public final class SiblingSettlement {

    private final Connection connection;
    private final ApplierOptions options;

    /** What the row shall be. */
    public sealed interface With {

        /** The row that is shown. */
        record Shown() implements With {
        }

        /** As the write of this region has it. */
        record Of(String region) implements With {
        }

        /**
         * These columns; others stay as they are here, or take their defaults.
         *
         * @param columns exact texts by name, null for SQL NULL; null instead of the map for no row at all
         */
        record Values(Map<String, String> columns) implements With {
        }
    }

    private SiblingSettlement(Connection connection, ApplierOptions options) {
        this.connection = connection;
        this.options = options;
    }

    /**
     * Settles one row.
     *
     * @param connection an ordinary session of the node's role, without replication origin; left without a transaction
     * @return a sentence that says what was done
     * @throws IllegalStateException with a sentence when it cannot be settled so; then nothing has changed
     */
    public static String settle(Connection connection, ApplierOptions options, long id, With with) throws SQLException {
        TextForms.pin(connection);
        connection.setAutoCommit(false);
        try {
            String did = new SiblingSettlement(connection, options).settle(id, with);
            connection.commit();
            return did;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private String settle(long id, With with) throws SQLException {
        UnsettledRow found = unsettled(id);
        List<String> texts = RowKey.texts(found.key());
        SettledRow row = new PostgresSettledRow(connection, found.table(), texts);
        boolean stands = row.lock();
        // Once the row is held nobody joins a write unseen; where there is none, who comes first makes the other's insert fail.
        UnsettledRow held = unsettled(id);
        String did = write(row, texts, stands, held, with);
        note(held, did);
        return "settled " + held.siblings().size() + " writes of " + held.table() + " " + held.key() + ": " + did;
    }

    private UnsettledRow unsettled(long id) throws SQLException {
        Optional<UnsettledRow> row = UnsettledRow.one(connection, id);
        return row.orElseThrow(() -> new IllegalStateException("there is no row s" + id + " that waits to be settled: it may have been settled or"
                + " written by others since; 'rowmesh parked list' shows those that there are"));
    }

    private String write(SettledRow row, List<String> texts, boolean stands, UnsettledRow of, With with) throws SQLException {
        if (with instanceof With.Values values && values.columns() != null) {
            requireSameKey(of, texts, values.columns());
            return row.write(values.columns(), stands);
        }
        if (with instanceof With.Shown && stands) {
            return row.keep();
        }
        Sibling chosen = with instanceof With.Of named ? sibling(of, named.region()) : of.shown();
        if (with instanceof With.Values || chosen.deleted()) {
            return stands ? row.delete() : row.deleteElsewhere(image(of));
        }
        return "with the row of " + chosen.region() + ", " + row.write(chosen.values(), stands);
    }

    private static Sibling sibling(UnsettledRow of, String region) {
        return of.siblings().stream().filter(sibling -> sibling.region().equals(region)).findFirst()
                .orElseThrow(() -> new IllegalStateException("region " + region + " has no write among those that wait: there are those of "
                        + String.join(", ", of.siblings().stream().map(Sibling::region).toList())));
    }

    /** Of a row that was not deleted, if there is one. */
    private static Map<String, String> image(UnsettledRow of) {
        return of.siblings().stream().filter(sibling -> !sibling.deleted()).findFirst().orElse(of.shown()).values();
    }

    private void requireSameKey(UnsettledRow of, List<String> texts, Map<String, String> columns) throws SQLException {
        StoredRows rows = StoredRows.of(connection, of.table(), options.region());
        List<String> given = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            given.add(columns.getOrDefault(rows.keyColumns().get(i), texts.get(i)));
        }
        if (given.contains(null) || !rows.canonicalKey(given).equals(of.key())) {
            throw new IllegalStateException("the row given has another key than " + of.key() + ", which is to be settled");
        }
    }

    /** What was given up stays in the history. */
    private void note(UnsettledRow of, String did) throws SQLException {
        ConflictBatch batch = new ConflictBatch();
        for (Sibling sibling : of.siblings()) {
            NamedRow row = sibling.deleted() && sibling.values().isEmpty() ? null : new NamedRow(List.copyOf(sibling.values().keySet()),
                    new Row(sibling.values().values().toArray(String[]::new)));
            batch.add(new ConflictRecord(null, of.table(), of.key(), RowRule.PARK.label(), Decision.SETTLED, null,
                    new ConflictRecord.Incoming(row, sibling.stamp().version(), sibling.stamp().epoch(), sibling.stamp().sequence()), null,
                    (sibling.deleted() ? "a delete; " : "") + did));
        }
        ConflictHistory.open(connection, options.isPrivate()).write(batch);
    }
}
