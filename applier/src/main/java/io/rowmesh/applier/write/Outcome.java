package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a transaction did here, counted while it is written and published once it is committed. */
public final class Outcome {

    public long applied;
    public long skipped;
    public long parked;
    public final Map<ConflictType, Long> conflicts = new EnumMap<>(ConflictType.class);
    /** The same in full, as far as they are listed. */
    public final ConflictBatch history = new ConflictBatch();
    /** Why they do not stand in the history, null when they do. */
    String historyRefused;
    /** What the second look found, after the commit. */
    final ConflictBatch afterCommit = new ConflictBatch();
    /** Deletes that found no row: to be looked at again after the commit (convergence rule 4a). */
    final List<DeletedKey> deletesWithoutRow = new ArrayList<>();
    /** Tables in which there were too many of them to remember each. */
    final Set<TableId> manyDeletesWithoutRow = new LinkedHashSet<>();

    private static final int REMEMBERED = 2_000;

    /**
     * @param texts of the key columns, in column order
     * @param key   the same, canonical
     */
    record DeletedKey(TableId table, String[] texts, String key) {

        PastDelete of(TransactionHeader header) {
            return new PastDelete(key, header.version(), header.epoch(), header.sequence());
        }
    }

    void deleteWithoutRow(RowChange change) {
        if (deletesWithoutRow.size() < REMEMBERED) {
            deletesWithoutRow.add(new DeletedKey(change.table().id(), LookAgain.keyTexts(change), RowKey.of(change)));
        } else {
            manyDeletesWithoutRow.add(change.table().id());
        }
    }

    /** Rows that fell to a delete, or stand over it, without either having seen the other. */
    void fallen(FallenRows rows, ConflictBatch batch, TableId table, String rule) {
        if (rows.all() > 0) {
            conflicts.merge(ConflictType.DELETE_ORIGIN_DIFFERS, rows.all(), Long::sum);
            rows.into(batch, table, rule);
        }
    }

    /** So many more like one that is listed. */
    void more(ConflictRecord like, long more) {
        conflicts.merge(like.type(), more, Long::sum);
        history.count(like, like.decision(), more);
    }

    void conflict(ConflictRecord conflict) {
        conflicts.merge(conflict.type(), 1L, Long::sum);
        history.add(conflict);
    }
}
