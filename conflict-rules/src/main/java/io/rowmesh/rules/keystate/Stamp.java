package io.rowmesh.rules.keystate;

import io.rowmesh.schema.Seen;
import io.rowmesh.schema.Version;

import java.util.Comparator;

/**
 * Which write it was: a total order over all writes of a key, the same in all regions. Writes of one origin and timestamp are
 * in the order of its log (convergence rule 2).
 *
 * @param version  commit timestamp and origin
 * @param epoch    the life of the origin's log that sequence counts in
 * @param sequence the number of the transaction
 * @param position its place among the transaction's changes; only the order counts
 */
public record Stamp(Version version, int epoch, long sequence, long position) implements Comparable<Stamp> {

    private static final Comparator<Stamp> ORDER = Comparator.comparing(Stamp::version).thenComparingInt(Stamp::epoch)
            .thenComparingLong(Stamp::sequence).thenComparingLong(Stamp::position);

    @Override
    public int compareTo(Stamp other) {
        return ORDER.compare(this, other);
    }

    /** Whether somebody who has seen this much has seen the write. */
    public boolean in(Seen seen) {
        return seen.includes(version.origin(), epoch, sequence);
    }

    /** The newer one; null stands for none. */
    public static Stamp newer(Stamp left, Stamp right) {
        return left == null || (right != null && left.compareTo(right) < 0) ? right : left;
    }
}
