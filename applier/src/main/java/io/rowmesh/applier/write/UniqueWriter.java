package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.ConflictRecord.Incoming;
import io.rowmesh.applier.history.ConflictRecord.Side;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.unique.FoundUnique;
import io.rowmesh.applier.unique.Showing;
import io.rowmesh.applier.unique.UniqueChange;
import io.rowmesh.applier.unique.UniqueRow;
import io.rowmesh.applier.unique.UniqueTarget;
import io.rowmesh.rules.ConflictNaming;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.LastWriteWins;
import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.SeenAhead;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What one transaction of a lane does to tables under unique: newest-wins: its changes one by one, and at its end, once for each
 * table, what is shown. A transaction that is consistent on its own may break a unique key on its way (hazard H12).
 */
final class UniqueWriter implements ChangeWriter {

    private final UniqueTarget target;
    private final TombstoneIndex tombstones;
    private final SeenAhead ahead;
    private final TransactionHeader header;
    private final Outcome outcome;
    private final Set<TableId> written = new LinkedHashSet<>();
    private RowChange change;
    private UniqueChange write;
    private Showing showing;

    UniqueWriter(WriteContext context, TransactionHeader header, Outcome outcome) {
        this.target = context.target().holdsOnlyRows() ? null : context.target().uniques();
        this.tombstones = context.tombstones();
        this.ahead = context.ahead();
        this.header = header;
        this.outcome = outcome;
    }

    /** Takes the next change of the transaction. */
    UniqueWriter open(RowChange next) {
        change = next;
        if (next.kind() == RowChange.Kind.DELETE || next.kind() == RowChange.Kind.TRUNCATE) {
            tombstones.add(List.of(TableKey.of(next)));
        }
        write = new UniqueChange(target, header, next, this::truncated);
        return this;
    }

    @Override
    public boolean step() throws SQLException {
        return write.step();
    }

    /** One statement of what follows from all changes; false when every table shows what it should. */
    boolean show() throws SQLException {
        if (showing == null) {
            TableId next = written.stream().findFirst().orElse(null);
            if (next == null) {
                return false;
            }
            written.remove(next);
            showing = new Showing(target, header, target.shape(next));
        } else if (!showing.step()) {
            // A local write of a key became visible only after the change had looked for one.
            UniqueHistory.replaced(showing.table(), showing.replaced()).forEach(outcome::conflict);
            showing = null;
        }
        return true;
    }

    @Override
    public boolean written() {
        return write.written();
    }

    @Override
    public void tell() {
        if (write.written()) {
            written.add(change.table().id());
        }
        if (change.kind() == RowChange.Kind.TRUNCATE) {
            return;
        }
        FoundUnique found = write.found();
        if (change.kind() == RowChange.Kind.DELETE && found.row() == null) {
            outcome.deleteWithoutRow(change);
        }
        if (!found.rows().isEmpty() && !fellToDelete(found)) {
            found.rows().forEach(this::tell);
        } else if (change.kind() == RowChange.Kind.DELETE || found.delete() == null) {
            ConflictNaming.metNothing(change.kind()).ifPresent(type -> note(type, null));
        } else {
            ConflictType type = write.written() ? ConflictNaming.metOlderDelete(change.kind(), found.deleted(), header).orElse(null)
                    : ConflictNaming.metNewerDelete();
            if (type != null && !ahead.hadSeen(found.deleted(), header)) {
                // A delete that the change had seen does not explain why its row is missing.
                note(type, type == ConflictType.UPDATE_DELETED ? new Side(null, found.deleted()) : null);
            }
        }
    }

    /** Also where an older row stands still: the delete's repair comes later. */
    private boolean fellToDelete(FoundUnique found) {
        return !write.written() && change.kind() != RowChange.Kind.DELETE && found.delete() != null
                && !LastWriteWins.applies(found.deleted(), header.version());
    }

    private void tell(UniqueRow met) {
        conflict(met).ifPresent(type -> note(type, new Side(NamedRow.of(change.table(), met.row()), met.version())));
    }

    private Optional<ConflictType> conflict(UniqueRow met) {
        return ConflictNaming.metRow(change.kind(), met.version(), header).filter(type -> !ahead.hadSeen(met.version(), header));
    }

    private void truncated(FoundUnique found) {
        for (UniqueRow met : found.rows()) {
            Decision decision = LastWriteWins.applies(met.version(), header.version()) ? Decision.DELETED : Decision.KEPT_LOCAL;
            conflict(met).ifPresent(type -> outcome.conflict(ConflictRecord.of(type, change.table().id(), RowKey.of(change.table(), met.row()),
                            RowRule.LAST_WRITE_WINS.label(), decision, new Side(NamedRow.of(change.table(), met.row()), met.version()),
                            Incoming.of(null, header))));
        }
    }

    private void note(ConflictType type, Side stored) {
        boolean deletes = change.kind() == RowChange.Kind.DELETE;
        Decision decision = deletes && (write.written() || stored == null) ? Decision.DELETED : write.written() ? Decision.APPLIED : Decision.KEPT_LOCAL;
        outcome.conflict(ConflictRecord.of(type, change.table().id(), RowKey.of(change), RowRule.LAST_WRITE_WINS.label(), decision, stored,
                Incoming.of(NamedRow.of(change), header)));
    }
}
