package io.rowmesh.applier.aged;

/**
 * When a table is to be looked at for rows that are old, counted in transactions of its database. Numbers of transactions have 32 bits in
 * rows: what is older than half of them cannot be told from what is to come, and what is older than all of them not from what is young. So
 * no row may get older than about {@link #OLD} and {@link #EVERY} together, the first a quarter of all numbers.
 */
final class Ageing {

    /** Rows that are older are written anew. */
    static final long OLD = 1L << 30;
    /** Between the beginnings of two looks at one table. */
    static final long EVERY = 1L << 28;
    /** After so many without a look, some rows' numbers may be in use again. */
    private static final long UNKNOWABLE = (1L << 32) - OLD;

    /** What is to be done about a table. */
    enum Plan {
        /** Nothing now. */
        REST,
        /** To note that none of its rows is old: the database has had too few transactions. */
        NOTE,
        /** To look at all rows, and to write old ones anew. */
        LOOK,
        /** The same before anything is applied: rows may be older than can be told. */
        LOOK_FIRST,
        /** To write all rows anew before anything is applied. */
        DOUBT_ALL;

        /** Whether nothing may be applied before. */
        boolean first() {
            return this == LOOK_FIRST || this == DOUBT_ALL;
        }

        /** Rows that are older, in transactions, are written anew. */
        long olderThan() {
            return this == DOUBT_ALL ? 0 : OLD;
        }
    }

    private Ageing() {
    }

    /**
     * @param now      number (64 bits) of the database's next transaction
     * @param lookedAt what it was when the last look at the table began; null when there was none
     */
    static Plan plan(long now, Long lookedAt) {
        if (lookedAt == null || lookedAt > now) {
            return now < OLD ? Plan.NOTE : Plan.LOOK_FIRST;
        }
        long since = now - lookedAt;
        if (since < EVERY) {
            return Plan.REST;
        }
        if (since < OLD) {
            return Plan.LOOK;
        }
        return since < UNKNOWABLE ? Plan.LOOK_FIRST : Plan.DOUBT_ALL;
    }
}
