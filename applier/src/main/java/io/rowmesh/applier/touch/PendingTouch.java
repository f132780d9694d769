package io.rowmesh.applier.touch;

import io.rowmesh.rules.credible.WrittenKey;

/**
 * A key that waits to be touched.
 *
 * @param position end of its last withheld transaction in the local log (LSN)
 * @param xid      number of that transaction, 64 bits
 */
record PendingTouch(WrittenKey key, long position, long xid) {
}
