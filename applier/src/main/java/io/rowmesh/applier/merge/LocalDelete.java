package io.rowmesh.applier.merge;

import io.rowmesh.schema.TableId;

/**
 * A captured local delete (or, with the key {@code *}, truncate) of a table with counters.
 *
 * @param sequence the number under which its transaction will be shipped
 * @param xid      its transaction's number in the local database, 32 bits
 */
public record LocalDelete(TableId table, String key, long sequence, long xid) {
}
