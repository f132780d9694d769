package io.rowmesh.rules;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.util.Optional;

/**
 * Names conflicts, without false alarms: a change whose origin had already seen the stored write simply comes after it.
 */
public final class ConflictNaming {

    private ConflictNaming() {
    }

    /** A change met a row that lives. */
    public static Optional<ConflictType> metRow(RowChange.Kind kind, Version stored, TransactionHeader incoming) {
        if (seen(stored, incoming)) {
            return Optional.empty();
        }
        return Optional.of(switch (kind) {
            case INSERT -> ConflictType.INSERT_EXISTS;
            case UPDATE -> ConflictType.UPDATE_ORIGIN_DIFFERS;
            case DELETE, TRUNCATE -> ConflictType.DELETE_ORIGIN_DIFFERS;
        });
    }

    /** A change found no row and no newer tombstone. An insert expects that. */
    public static Optional<ConflictType> metNothing(RowChange.Kind kind) {
        return switch (kind) {
            case INSERT, TRUNCATE -> Optional.empty();
            case UPDATE -> Optional.of(ConflictType.UPDATE_MISSING);
            case DELETE -> Optional.of(ConflictType.DELETE_MISSING);
        };
    }

    /** An insert or update found no row and an older delete of its key: a conflict when its origin had not seen that. */
    public static Optional<ConflictType> metOlderDelete(RowChange.Kind kind, Version deleted, TransactionHeader incoming) {
        return seen(deleted, incoming) ? metNothing(kind) : Optional.of(ConflictType.UPDATE_DELETED);
    }

    /** An insert or update lost to a newer delete of its key. */
    public static ConflictType metNewerDelete() {
        return ConflictType.UPDATE_DELETED;
    }

    /**
     * Whether the incoming transaction's origin had applied the stored write when it committed. Judged by timestamps,
     * which is enough for a name and never decides (convergence rule 8).
     */
    static boolean seen(Version stored, TransactionHeader incoming) {
        if (stored.origin().equals(incoming.origin())) {
            return true;
        }
        for (SeenMark mark : incoming.seen()) {
            if (mark.origin().equals(stored.origin())) {
                return stored.commitMicros() <= mark.commitMicros();
            }
        }
        return false;
    }
}
