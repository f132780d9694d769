package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Neighbouring changes of one kind and one table shape with distinct keys, fit for one statement. */
final class RowGroup {

    private static final int MAX_ROWS = 1_000;
    private static final int MAX_BYTES = 1 << 20;

    private List<RowChange> changes = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();
    private int bytes;

    /** Adds a change, or answers false when the group must be written first. */
    boolean add(RowChange change) {
        if (!changes.isEmpty() && (changes.size() >= MAX_ROWS || bytes >= MAX_BYTES || changes.get(0).kind() != change.kind()
                || !changes.get(0).table().equals(change.table()))) {
            return false;
        }
        if (!keys.add(RowKey.of(change))) {
            return false;
        }
        changes.add(change);
        bytes += change.estimatedBytes();
        return true;
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** What it holds, until {@link #clear}. */
    List<RowChange> changes() {
        return changes;
    }

    void clear() {
        changes = new ArrayList<>();
        keys.clear();
        bytes = 0;
    }
}
