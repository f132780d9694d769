package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.TableId;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What one statement found of rows that had not seen a delete of their key, nor the delete them.
 *
 * @param listed  so many as the history lists
 * @param deleted how many fell to a newer delete
 * @param kept    how many stay, as they are newer
 */
public record FallenRows(List<FallenRow> listed, long deleted, long kept) {

    /** So many rows at most are told each for itself. */
    static final int LISTED = ConflictBatch.LISTED;

    public static final FallenRows NONE = new FallenRows(List.of(), 0, 0);

    /** These and others. */
    public FallenRows and(FallenRows other) {
        List<FallenRow> both = new ArrayList<>(listed);
        both.addAll(other.listed);
        return new FallenRows(both, deleted + other.deleted, kept + other.kept);
    }

    long all() {
        return deleted + kept;
    }

    /** But for those, of the listed ones, that stay and had seen the delete. */
    FallenRows without(Predicate<FallenRow> hadSeen) {
        List<FallenRow> left = listed.stream().filter(each -> !each.stays() || !hadSeen.test(each)).toList();
        return left.size() == listed.size() ? this : new FallenRows(left, deleted, kept - (listed.size() - left.size()));
    }

    /** For the history; beyond what is listed they are counted there. */
    void into(ConflictBatch batch, TableId table, String rule) {
        long deletedListed = 0;
        ConflictRecord last = null;
        for (FallenRow each : listed) {
            last = record(each, table, rule);
            batch.add(last);
            deletedListed += last.decision() == Decision.DELETED ? 1 : 0;
        }
        if (last != null) {
            batch.count(last, Decision.DELETED, deleted - deletedListed);
            batch.count(last, Decision.KEPT_LOCAL, kept - (listed.size() - deletedListed));
        }
    }

    private static ConflictRecord record(FallenRow each, TableId table, String rule) {
        PastDelete delete = each.delete();
        return ConflictRecord.of(ConflictType.DELETE_ORIGIN_DIFFERS, table, each.key(), rule, each.stays() ? Decision.KEPT_LOCAL : Decision.DELETED,
                new ConflictRecord.Side(each.row(), each.stored()),
                new ConflictRecord.Incoming(null, delete.version(), delete.epoch(), delete.sequence()));
    }
}
