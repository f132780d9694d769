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
 */
public record TransactionHeader(String origin, int epoch, long sequence, long commitMicros, long sourcePosition,
                                long rows, int chunks, List<SeenMark> seen, boolean heartbeat) {

    public TransactionHeader {
        seen = List.copyOf(seen);
    }

    public Version version() {
        return new Version(commitMicros, origin);
    }
}
