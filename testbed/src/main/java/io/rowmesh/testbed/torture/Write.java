package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;

/**
 * One committed write of one row, as the ledger of its region tells it.
 *
 * @param kind        what it did
 * @param table       without schema
 * @param key         canonical text of the key; {@link #ALL} for a truncate
 * @param image       the row afterwards, null when it is gone
 * @param version     the commit timestamp of its transaction and its region
 * @param position    order of the writes of one row within their region: taken while the writer holds the row
 * @param transaction the writer's name for the transaction, for people
 */
record Write(Kind kind, String table, String key, String image, Version version, long position, String transaction) {

    /** The key of a truncate. */
    static final String ALL = "*";

    enum Kind { ROW, DELETE, TRUNCATE }

    /**
     * The order that decides: the version, and among writes of one region with the same version (of one transaction, or of one
     * microsecond) the order in which they were made.
     */
    boolean isAfter(Write other) {
        int order = version.compareTo(other.version);
        return order != 0 ? order > 0 : position > other.position;
    }
}
