package io.rowmesh.applier.history;

import java.util.Locale;

/** What became of an incoming change that was in conflict, or could not be applied. */
public enum Decision {
    /** It was written over what stood here. */
    APPLIED,
    /** What stood here, a row or a delete, stays. */
    KEPT_LOCAL,
    /** A row went: the incoming delete was written, or a row that had slipped in fell to a newer delete. */
    DELETED,
    /** Both went into one row. */
    MERGED,
    /** It waits in {@code rowmesh.parked} for a person. */
    PARKED,
    /** It was parked and applied again; the note says what came of it. */
    RETRIED,
    /** It was parked, and a person decided the row by a new write. */
    SETTLED,
    /** Its rule has no place for it: the update of a counter's row that is not there (convergence rule 10). */
    DROPPED;

    /** As the history has it: {@code kept_local}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
