package io.rowmesh.applier.write;

import io.rowmesh.rules.ConflictNaming;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;

/** Writes neighbouring changes of one kind by one guarded statement and tells the outcome what they met. */
final class GroupWriter {

    private final Target target;
    private final TombstoneIndex tombstones;
    private final TransactionHeader header;
    private final Outcome outcome;

    GroupWriter(WriteContext context, TransactionHeader header, Outcome outcome) {
        this.target = context.target();
        this.tombstones = context.tombstones();
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
        result.underTombstone().forEach(i -> outcome.conflict(ConflictNaming.metNewerDelete()));
        name(changes, result);
        int found = result.met() + result.underTombstone().size();
        for (int i = found; i < changes.size(); i++) {
            ConflictNaming.metNothing(changes.get(0).kind()).ifPresent(outcome::conflict);
        }
    }

    private void delete(List<RowChange> changes) throws SQLException {
        tombstones.add(changes.stream().map(TableKey::of).toList());
        GroupResult result = target.delete(header, changes);
        outcome.applied += result.written();
        outcome.skipped += changes.size() - result.written();
        name(changes, result);
        for (int i : result.withoutRow()) {
            outcome.deleteWithoutRow(changes.get(i));
        }
    }

    private void truncate(RowChange.Truncate change) throws SQLException {
        tombstones.add(List.of(TableKey.of(change)));
        target.truncate(header, change);
        outcome.applied++;
    }

    private void name(List<RowChange> changes, GroupResult result) {
        for (MetRow met : result.foreign()) {
            ConflictNaming.metRow(changes.get(met.index()).kind(), met.stored(), header).ifPresent(outcome::conflict);
        }
    }
}
