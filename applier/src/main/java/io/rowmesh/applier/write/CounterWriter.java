package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.merge.CounterWrite;
import io.rowmesh.applier.merge.Removed;
import io.rowmesh.rules.ColumnRule;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.StoredRow;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.stream.Collectors;

/** One change of a table with counters, as a lane writes it. */
final class CounterWriter implements ChangeWriter {

    private final CounterWrite write;
    private final TableRules rules;
    private final TransactionHeader header;
    private final RowChange change;
    private final Outcome outcome;

    CounterWriter(WriteContext context, TableRules rules, TransactionHeader header, RowChange change, Outcome outcome) {
        this.write = new CounterWrite(context.target().merges(), rules, header, change);
        this.rules = rules;
        this.header = header;
        this.change = change;
        this.outcome = outcome;
    }

    @Override
    public boolean step() throws SQLException {
        return write.step();
    }

    @Override
    public boolean written() {
        return write.written();
    }

    @Override
    public void tell() {
        if (write.removed() != null) {
            tell(write.removed());
        }
        write.conflict().ifPresent(type -> outcome.conflict(ConflictRecord.of(type, change.table().id(), RowKey.of(change),
                label(rules), decision(type), stored(), ConflictRecord.Incoming.of(NamedRow.of(change), header))));
    }

    private void tell(Removed removed) {
        ConflictRecord last = null;
        for (StoredRow each : removed.listed()) {
            last = ConflictRecord.of(ConflictType.DELETE_ORIGIN_DIFFERS, change.table().id(), RowKey.of(change.table(), each.row()), label(rules),
                    Decision.DELETED, side(each), ConflictRecord.Incoming.of(null, header));
            outcome.conflict(last);
        }
        if (last != null) {
            outcome.more(last, removed.all() - removed.listed().size());
        }
    }

    /** The names of the rules that columns have. */
    static String label(TableRules rules) {
        return rules.columns().values().stream().map(ColumnRule::label).distinct().sorted().collect(Collectors.joining(", "));
    }

    private static Decision decision(ConflictType type) {
        return switch (type) {
            case UPDATE_DELETED -> Decision.KEPT_LOCAL;
            case UPDATE_MISSING -> Decision.DROPPED;
            case DELETE_MISSING, DELETE_ORIGIN_DIFFERS -> Decision.DELETED;
            case INSERT_EXISTS, UPDATE_ORIGIN_DIFFERS, UPDATE_EXISTS -> Decision.MERGED;
        };
    }

    private ConflictRecord.Side stored() {
        return write.met() == null ? null : side(write.met());
    }

    private ConflictRecord.Side side(StoredRow met) {
        return new ConflictRecord.Side(NamedRow.of(change.table(), met.row()), met.version() == StoredRow.OLDEST ? null : met.version());
    }
}
