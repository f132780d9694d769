package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;

import java.util.Map;

/**
 * One committed write of one row, as the ledger of its region tells it.
 *
 * @param kind        what it did
 * @param table       without schema
 * @param key         canonical text of the key; {@link #ALL} for a truncate
 * @param image       the row afterwards, null when it is gone
 * @param version     the commit timestamp of its transaction and its region
 * @param values      column to text of what it set, where a column has a rule of its own; else null
 * @param seen        for each region, the position of the last delete of this key that its region had seen; else null
 * @param position    order of the writes of one row within their region: taken while the writer holds the row
 * @param transaction the writer's name for the transaction, for people
 */
record Write(Kind kind, String table, String key, String image, Map<String, String> values, Map<String, Long> seen, Version version,
             long position, String transaction) {

    /** The key of a truncate. */
    static final String ALL = "*";

    /** ROW is an insert or an update; INSERT and UPDATE are told apart where it matters. */
    enum Kind { ROW, INSERT, UPDATE, DELETE, TRUNCATE }

    boolean removes() {
        return kind == Kind.DELETE || kind == Kind.TRUNCATE;
    }

    static Write later(Write a, Write b) {
        return b.isAfter(a) ? b : a;
    }

    /**
     * The order that decides: the version, and among writes of one region with the same version (of one transaction, or of one
     * microsecond) the order in which they were made.
     */
    boolean isAfter(Write other) {
        int order = version.compareTo(other.version);
        return order != 0 ? order > 0 : position > other.position;
    }
}
