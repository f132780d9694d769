package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.merge.KeyedTable;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;

/** Writes changes of tables that are not written in groups, one change at a time and one statement a step, and tells the outcome. */
final class MergeWriter {

    private static final String VOID = "a delete of the row came after it, which it had not seen, so it does not count";
    /** Above the place of any change in its transaction. */
    private static final long PARKED = 1L << 50;

    private final WriteContext context;
    private final TransactionHeader header;
    private final Outcome outcome;
    private final boolean careful;
    private final UniqueWriter uniques;
    private RowChange change;
    private ChangeWriter writer;
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
        voided = passesParked(next) ? context.target().unpark(next, CounterWriter.label(rules(next)), VOID) : List.of();
        writer = writer(rules(next), next);
    }

    private ChangeWriter writer(TableRules rules, RowChange next) throws SQLException {
        if (rules.newestOfUnique()) {
            return uniques.open(next);
        }
        return KeyedTable.keeps(rules) ? new KeptWriter(context, rules, header, next, position, outcome)
                : new CounterWriter(context, rules, header, next, outcome);
    }

    /** One statement of the change that is open. In careful mode a change that is refused is parked. */
    void step() throws SQLException {
        try {
            if (writer.step()) {
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
        outcome.applied += writer.written() ? 1 : 0;
        outcome.skipped += writer.written() ? 0 : 1;
        writer.tell();
    }
}
