package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.merge.KeyWrite;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.keystate.Image;
import io.rowmesh.rules.keystate.Met;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.util.List;

/** Conflicts of tables whose rules keep a state of each key, as the history has them. */
final class MetConflicts {

    private MetConflicts() {
    }

    /** @param done a write that is done */
    static List<ConflictRecord> records(KeyWrite done, String rule) {
        return done.decided().met().stream().map(met -> record(met, done.rowKey(), rule)).toList();
    }

    private static ConflictRecord record(Met met, String key, String rule) {
        RowChange change = met.write().change();
        Stamp stamp = met.write().stamp();
        return ConflictRecord.of(type(met, change.kind()), change.table().id(), key, rule, decision(met, change.kind()),
                new ConflictRecord.Side(met.row() == null ? null : named(met.row()), met.stored()),
                new ConflictRecord.Incoming(NamedRow.of(change), stamp.version(), stamp.epoch(), stamp.sequence()));
    }

    private static ConflictType type(Met met, RowChange.Kind kind) {
        return met.row() == null ? ConflictType.UPDATE_DELETED : switch (kind) {
            case INSERT -> ConflictType.INSERT_EXISTS;
            case UPDATE -> ConflictType.UPDATE_ORIGIN_DIFFERS;
            case DELETE, TRUNCATE -> ConflictType.DELETE_ORIGIN_DIFFERS;
        };
    }

    private static Decision decision(Met met, RowChange.Kind kind) {
        return met.stays() ? Decision.KEPT_LOCAL : kind.removes() ? Decision.DELETED : Decision.APPLIED;
    }

    private static NamedRow named(Image image) {
        return new NamedRow(List.copyOf(image.values().keySet()), new Row(image.values().values().toArray(String[]::new)));
    }
}
