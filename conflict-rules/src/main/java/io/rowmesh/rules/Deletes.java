package io.rowmesh.rules;

import io.rowmesh.schema.Seen;

/**
 * The deletes of one key that a region knows of: D of convergence rule 10.
 *
 * @param last    for each origin the epoch and sequence of its last delete of the key (a truncate deletes every key)
 * @param pending whether a local delete stands that has no sequence yet, as the capture has not met it: nobody has seen it
 */
public record Deletes(Seen last, boolean pending) {

    public static final Deletes NONE = new Deletes(Seen.NONE, false);

    /** Whether a change that has seen this much has seen every delete of the key. */
    public boolean allIn(Seen seen) {
        return !pending && seen.atLeast(last);
    }

    /** With one more delete. */
    public Deletes with(String origin, int epoch, long sequence) {
        return new Deletes(last.with(origin, epoch, sequence), pending);
    }

    /** With what is known of the whole table, say. */
    public Deletes with(Deletes other) {
        return new Deletes(last.with(other.last), pending || other.pending);
    }
}
