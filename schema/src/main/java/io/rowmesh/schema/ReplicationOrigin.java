package io.rowmesh.schema;

/** The names of the replication origins under which nodes write into their databases what is not to be shipped. */
public final class ReplicationOrigin {

    /** In the place of a region: what a node writes to repair its own region's rows. */
    public static final String SELF = "self";

    /**
     * Prefix of the logical message in a transaction under a region's origin that is none of that region's transactions (it applies
     * parked rows again) and so makes no progress. A capture that reads what is applied must know it from one whose progress got lost.
     */
    public static final String REPAIR = "rowmesh.repair";

    private static final String PREFIX = "rowmesh_";

    private ReplicationOrigin() {
    }

    /** The name of the replication origin that stands for a region (or {@link #SELF}) in every database. */
    public static String name(String region) {
        return PREFIX + region;
    }

    /** The region (or {@link #SELF}) that a replication origin stands for; null for another tool's. */
    public static String region(String name) {
        return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : null;
    }
}
