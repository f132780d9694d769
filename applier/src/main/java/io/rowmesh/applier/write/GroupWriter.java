package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.ConflictRecord.Incoming;
import io.rowmesh.applier.history.ConflictRecord.Side;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.rules.ConflictNaming;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.LastWriteWins;
import io.rowmesh.rules.SeenAhead;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Writes neighbouring changes of one kind by one guarded statement and tells the outcome what they met. */
final class GroupWriter {

    private final Target target;
    private final TombstoneIndex tombstones;
    private final TransactionHeader header;
    private final Outcome outcome;
    private final Function<TableId, TableRules> rules;
    private final SeenAhead ahead;

    GroupWriter(WriteContext context, TransactionHeader header, Outcome outcome) {
        this.target = context.target();
        this.tombstones = context.tombstones();
        this.rules = context.options().rules();
        this.ahead = context.ahead();
        this.header = header;
        this.outcome = outcome;
    }

    void write(List<RowChange> changes) throws SQLException {
        switch (changes.get(0).kind()) {
            case INSERT, UPDATE -> upsert(changes);
            case DELETE -> delete(changes);
            case TRUNCATE -> truncate((RowChange.Truncate) changes.get(0));
        }
    }

    private void upsert(List<RowChange> changes) throws SQLException {
        GroupResult result = target.upsert(header, changes);
        outcome.applied += result.written();
        outcome.skipped += changes.size() - result.written();
        Map<Integer, MetDelete> older = new HashMap<>();
        for (MetDelete delete : result.deletes()) {
            if (delete.newer() && !ahead.hadSeen(delete.version(), header)) {
                note(ConflictNaming.metNewerDelete(), changes.get(delete.index()), Decision.KEPT_LOCAL, new Side(null, delete.version()));
            } else if (!delete.newer()) {
                older.put(delete.index(), delete);
            }
        }
        name(changes, result, Decision.APPLIED);
        for (int i : result.withoutRow()) {
            metNoRow(changes.get(i), older.get(i));
        }
    }

    private void metNoRow(RowChange change, MetDelete delete) {
        if (delete == null) {
            ConflictNaming.metNothing(change.kind()).ifPresent(type -> note(type, change, Decision.APPLIED, null));
        } else {
            // A delete that the change had seen does not explain why its row is missing.
            ConflictNaming.metOlderDelete(change.kind(), delete.version(), header)
                    .ifPresent(type -> note(type, change, Decision.APPLIED, type == ConflictType.UPDATE_DELETED ? new Side(null, delete.version()) : null));
        }
    }

    private void delete(List<RowChange> changes) throws SQLException {
        tombstones.add(changes.stream().map(TableKey::of).toList());
        GroupResult result = target.delete(header, changes);
        outcome.applied += result.written();
        outcome.skipped += changes.size() - result.written();
        name(changes, result, Decision.DELETED);
        for (int i : result.withoutRow()) {
            note(ConflictType.DELETE_MISSING, changes.get(i), Decision.DELETED, null);
            outcome.deleteWithoutRow(changes.get(i));
        }
    }

    private void truncate(RowChange.Truncate change) throws SQLException {
        tombstones.add(List.of(TableKey.of(change)));
        TableId table = change.table().id();
        FallenRows met = target.truncate(header, change).without(row -> ahead.hadSeen(row.stored(), header));
        outcome.fallen(met, outcome.history, table, rules.apply(table).row().label());
        outcome.applied++;
    }

    private void name(List<RowChange> changes, GroupResult result, Decision winning) {
        for (MetRow met : result.foreign()) {
            Decision decision = LastWriteWins.applies(met.stored(), header.version()) ? winning : Decision.KEPT_LOCAL;
            RowChange change = changes.get(met.index());
            ConflictNaming.metRow(change.kind(), met.stored(), header).filter(type -> !ahead.hadSeen(met.stored(), header))
                    .ifPresent(type -> note(type, change, decision, new Side(met.row(), met.stored())));
        }
    }

    /** The change was refused for a secondary unique key, and parked. */
    void parkedForUniqueKey(RowChange change, String constraint) {
        note(ConflictType.UPDATE_EXISTS, change, Decision.PARKED, null, "breaks the unique key " + constraint);
    }

    private void note(ConflictType type, RowChange change, Decision decision, Side stored) {
        note(type, change, decision, stored, null);
    }

    private void note(ConflictType type, RowChange change, Decision decision, Side stored, String words) {
        TableId table = change.table().id();
        outcome.conflict(new ConflictRecord(type, table, RowKey.of(change), rules.apply(table).row().label(), decision, stored,
                Incoming.of(NamedRow.of(change), header), null, words));
    }
}
