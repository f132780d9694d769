package io.rowmesh.schema;

import java.util.List;

/**
 * What is known of a transaction beside its rows.
 *
 * @param origin         the region that committed it first; never changes on the way
 * @param epoch          the life of the origin's log that sequence counts in
 * @param sequence       the origin's gapless number for it, from 1
 * @param commitMicros   commit timestamp, microseconds since 1970-01-01 UTC
 * @param sourcePosition end of the commit in the origin's log (LSN)
 * @param rows           number of row changes
 * @param chunks         number of chunks that carry them
 * @param seen           what the origin had applied from other regions
 * @param heartbeat      whether all it does is write the origin's heartbeat
 * @param exactSeen      whether seen is exact in the order of the origin's log (convergence rule 8), with every origin named
 *                       of which anything was seen; otherwise it may tell too little, and must decide nothing
 * @param causal         whether it touches a table whose rules decide by what was seen: it is applied only where all that it
 *                       has seen is applied (convergence rule 9)
 */
public record TransactionHeader(String origin, int epoch, long sequence, long commitMicros, long sourcePosition,
                                long rows, int chunks, List<SeenMark> seen, boolean heartbeat,
                                boolean exactSeen, boolean causal) {

    public TransactionHeader {
        seen = List.copyOf(seen);
    }

    /** Of a transaction that no rule has to decide by what was seen. */
    public TransactionHeader(String origin, int epoch, long sequence, long commitMicros, long sourcePosition, long rows,
                             int chunks, List<SeenMark> seen, boolean heartbeat) {
        this(origin, epoch, sequence, commitMicros, sourcePosition, rows, chunks, seen, heartbeat, false, false);
    }

    public Version version() {
        return new Version(commitMicros, origin);
    }
}
