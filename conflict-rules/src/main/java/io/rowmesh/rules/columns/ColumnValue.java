package io.rowmesh.rules.columns;

import io.rowmesh.rules.keystate.Stamp;

/**
 * The value of one column and where it comes from.
 *
 * @param source how sure it is
 * @param stamp  the write that set it, or that showed it
 * @param text   the value; null for SQL NULL
 */
public record ColumnValue(Source source, Stamp stamp, String text) {

    /** From the least sure to the surest. */
    public enum Source {
        /** Another region's write showed it without setting it: as that region had it, which may be older than here. */
        SHOWN_THERE,
        /** It stood here without a write that is remembered: every write that set it is stable, or older than rowmesh. */
        STOOD_HERE,
        /** The write set it. */
        SET
    }

    /** The surer one; of equally sure ones the newer. */
    static ColumnValue join(ColumnValue left, ColumnValue right) {
        int bySource = left.source.compareTo(right.source);
        int order = bySource != 0 ? bySource : left.stamp.compareTo(right.stamp);
        return order >= 0 ? left : right;
    }
}
