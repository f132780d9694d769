package io.rowmesh.rules;

/** Kinds of conflict, under the names that PostgreSQL gives them (src/include/replication/conflict.h). */
public enum ConflictType {
    /** An insert met a row of its key whose write its origin had not seen. */
    INSERT_EXISTS,
    /** An update met a row last written elsewhere, a write its origin had not seen. */
    UPDATE_ORIGIN_DIFFERS,
    /** A write would break a secondary unique key. */
    UPDATE_EXISTS,
    /** An update (or insert) met a delete of its key that its origin had not seen. */
    UPDATE_DELETED,
    /** An update found no row, and no delete that would explain it. */
    UPDATE_MISSING,
    /** A delete met a row last written elsewhere, a write its origin had not seen. */
    DELETE_ORIGIN_DIFFERS,
    /** A delete found no row. */
    DELETE_MISSING;

    /** The name as PostgreSQL writes it, {@code insert_exists} for example. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
