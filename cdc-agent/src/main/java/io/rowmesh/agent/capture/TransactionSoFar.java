package io.rowmesh.agent.capture;

import io.rowmesh.schema.Seen;
import io.rowmesh.schema.Version;

/**
 * A transaction whose rows are still coming in; it is committed in the database, but its end is not read yet.
 *
 * @param sequence the sequence it gets if its end arrives; when the capture starts over before, the next attempt at the
 *                 same transaction has the same sequence
 * @param xid      the database's transaction number, 32 bits
 * @param seen     what it had seen of other regions, exact in the order of the log; null when that is not known
 */
public record TransactionSoFar(Version version, int epoch, long sequence, long xid, Seen seen) {
}
