package io.rowmesh.applier.write;

import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

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
    /** Deletes that found no row: to be looked at again after the commit (convergence rule 4a). */
    final List<DeletedKey> deletesWithoutRow = new ArrayList<>();
    /** Tables in which there were too many of them to remember each. */
    final Set<TableId> manyDeletesWithoutRow = new LinkedHashSet<>();

    private static final int REMEMBERED = 2_000;

    /** The texts of a deleted row's key columns, in column order. */
    record DeletedKey(TableShape table, String[] key) {
    }

    void deleteWithoutRow(RowChange change) {
        conflict(ConflictType.DELETE_MISSING);
        if (deletesWithoutRow.size() < REMEMBERED) {
            deletesWithoutRow.add(new DeletedKey(change.table(), LookAgain.keyTexts(change)));
        } else {
            manyDeletesWithoutRow.add(change.table().id());
        }
    }

    void conflict(ConflictType type) {
        conflicts.merge(type, 1L, Long::sum);
    }
}
