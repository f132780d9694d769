package io.rowmesh.applier.write;

import io.rowmesh.rules.ConflictType;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a transaction did here, counted while it is written and published once it is committed. */
final class Outcome {

    long applied;
    long skipped;
    long parked;
    final Map<ConflictType, Long> conflicts = new EnumMap<>(ConflictType.class);
    /** Deletes that found no row: to be looked at again after the commit (convergence rule 4a). */
    final List<io.rowmesh.schema.RowChange.Delete> deletesWithoutRow = new ArrayList<>();

    void conflict(ConflictType type) {
        conflicts.merge(type, 1L, Long::sum);
    }
}
