package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.merge.CounterWrite;
import io.rowmesh.applier.merge.KeyedTable;
import io.rowmesh.rules.ColumnRule;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.StoredRow;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Writes changes of tables that are not written in groups, one change at a time and one statement a step, and tells the outcome. */
final class MergeWriter {

    private static final String VOID = "a delete of the row came after it, which it had not seen, so it does not count";
    /** Above the place of any change in its transaction. */
    private static final long PARKED = 1L << 50;

    private final WriteContext context;
    private final TransactionHeader header;
    private final Outcome outcome;
    private final boolean careful;
    private RowChange change;
    private CounterWrite write;
    private KeptWriter kept;
    private final UniqueWriter uniques;
    private boolean unique;
    private long position;
    /** Of what was parked and is parked no longer. */
    private List<ConflictRecord> voided = List.of();

    MergeWriter(WriteContext context, TransactionHeader header, Outcome outcome, boolean careful) {
        this.context = context;
        this.header = header;
        this.outcome = outcome;
        this.careful = careful;
        this.uniques = new UniqueWriter(context, header, outcome);
    }

    /** Whether changes of a table are written here. */
    boolean takes(RowChange candidate) {
        return rules(candidate).counts() || KeyedTable.keeps(rules(candidate)) || rules(candidate).newestOfUnique();
    }

    /**
     * Whether a change is written although an earlier one of its key is parked. The delete of a counter is, as what local
     * transactions do from here on counts as having seen it. Under causal delivery what is parked by then has not, so it is void.
     */
    boolean passesParked(RowChange candidate) {
        return rules(candidate).counts() && candidate.kind().removes();
    }

    private TableRules rules(RowChange candidate) {
        return context.options().rules().apply(candidate.table().id());
    }

    boolean isOpen() {
        return change != null;
    }

    /** A parked change comes after all of its transaction that was not parked, and after those parked before it. */
    void openParked(RowChange next, long parkedId) throws SQLException {
        position = PARKED + parkedId;
        open(next);
    }

    /** Takes a change, to be written by {@link #step}. In careful mode it stands behind a savepoint of its own. */
    void open(RowChange next) throws SQLException {
        if (careful) {
            context.target().savepoint();
        }
        change = next;
        position++;
        voided = passesParked(next) ? context.target().unpark(next, label(next), VOID) : List.of();
        unique = rules(next).newestOfUnique();
        if (unique) {
            uniques.open(next);
            return;
        }
        boolean keeps = KeyedTable.keeps(rules(next));
        kept = keeps ? new KeptWriter(context, rules(next), header, next, position, outcome) : null;
        write = keeps ? null : new CounterWrite(context.target().merges(), rules(next), header, next);
    }

    /** One statement of the change that is open. In careful mode a change that is refused is parked. */
    void step() throws SQLException {
        try {
            if (unique ? uniques.step() : kept != null ? kept.step() : write.step()) {
                return;
            }
            if (careful) {
                context.target().releaseSavepoint();
            }
            tell();
        } catch (SQLException e) {
            if (!careful || SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                throw e;
            }
            context.target().backToSavepoint();
            context.target().park(header, change, e);
            outcome.parked++;
        }
        change = null;
    }

    /** Once all changes are written: one statement of what follows from all of them together; false when there is nothing left. */
    boolean show() throws SQLException {
        return uniques.show();
    }

    private void tell() {
        voided.forEach(outcome.history::add);
        if (unique) {
            uniques.tell();
            return;
        }
        if (kept != null) {
            outcome.applied += kept.written() ? 1 : 0;
            outcome.skipped += kept.written() ? 0 : 1;
            kept.tell();
            return;
        }
        outcome.applied += write.written() ? 1 : 0;
        outcome.skipped += write.written() ? 0 : 1;
        write.conflict().ifPresent(type -> outcome.conflict(ConflictRecord.of(type, change.table().id(), RowKey.of(change),
                label(change), decision(type), stored(), ConflictRecord.Incoming.of(NamedRow.of(change), header))));
    }

    private String label(RowChange of) {
        return rules(of).columns().values().stream().map(ColumnRule::label).distinct().sorted().collect(Collectors.joining(", "));
    }

    private Decision decision(ConflictType type) {
        return switch (type) {
            case UPDATE_DELETED -> Decision.KEPT_LOCAL;
            case UPDATE_MISSING -> Decision.DROPPED;
            case DELETE_MISSING, DELETE_ORIGIN_DIFFERS -> Decision.DELETED;
            case INSERT_EXISTS, UPDATE_ORIGIN_DIFFERS, UPDATE_EXISTS -> Decision.MERGED;
        };
    }

    private ConflictRecord.Side stored() {
        StoredRow met = write.met();
        return met == null ? null : new ConflictRecord.Side(NamedRow.of(change.table(), met.row()),
                met.version() == StoredRow.OLDEST ? null : met.version());
    }
}
