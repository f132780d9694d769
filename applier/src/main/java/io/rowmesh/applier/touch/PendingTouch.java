package io.rowmesh.applier.touch;

import io.rowmesh.rules.credible.WrittenKey;

/**
 * A key that waits to be touched.
 *
 * @param position end of its last withheld transaction in the local log (LSN)
 * @param xid      number of that transaction, 64 bits; 0 where transactions have none
 * @param onlyByTouch whether a later write of the key does not settle it ({@link io.rowmesh.rules.credible.PendingKeys#withheld})
 */
public record PendingTouch(WrittenKey key, long position, long xid, boolean onlyByTouch) {
}
