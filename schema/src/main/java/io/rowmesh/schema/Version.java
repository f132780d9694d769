package io.rowmesh.schema;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * When and where a row was last written: a total order over all writes to a row, the same in all regions.
 *
 * @param commitMicros commit timestamp at the origin, microseconds since 1970-01-01 UTC
 * @param origin       the region of the write; breaks ties by the bytes of its name
 */
public record Version(long commitMicros, String origin) implements Comparable<Version> {

    /** In the place of a commit timestamp that is not credible: below every other. */
    public static final long NONE_MICROS = 0;

    @Override
    public int compareTo(Version other) {
        int byTime = Long.compare(commitMicros, other.commitMicros);
        return byTime != 0 ? byTime : compareRegions(origin, other.origin);
    }

    /** The order of regions, by the bytes of their names: the same on every machine, whatever its locale. */
    public static int compareRegions(String left, String right) {
        return Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }
}
