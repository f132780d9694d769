package io.rowmesh.testbed.simulation;

/** One version of a row, as PostgreSQL keeps them. */
final class Tuple {

    /** The one before it of the same key, in order of writing. */
    final Tuple older;
    final DbTransaction xmin;
    final String value;
    /** Who deleted or replaced it; counts for nothing once aborted. */
    DbTransaction xmax;
    /** What replaced it; null when it was deleted. */
    Tuple updatedTo;

    /** Who holds the row without having changed it yet; counts while in progress. */
    DbTransaction lockedBy;
    /** Of a kept version: the transaction whose row it is. */
    DbTransaction of;

    /** Of a row whose table was rewritten: who wrote it, and whether that is forgotten, as all have seen it. */
    DbTransaction rewritten;
    boolean forgotten;

    /** Of a tombstone: the version, the sequence of the delete, and the order in which it was recorded. */
    long micros;
    int origin;
    long sequence;
    long recorded;

    Tuple(Tuple older, DbTransaction xmin, String value) {
        this.older = older;
        this.xmin = xmin;
        this.value = value;
    }

    /** Who wrote the row, whoever rewrote its table since. */
    DbTransaction writer() {
        return rewritten == null ? xmin : rewritten;
    }

    boolean isDead() {
        return xmax != null && xmax.state != DbTransaction.State.ABORTED;
    }
}
