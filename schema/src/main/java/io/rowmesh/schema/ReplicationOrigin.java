package io.rowmesh.schema;

/** The names of the replication origins under which nodes write into their databases what is not to be shipped. */
public final class ReplicationOrigin {

    /** In the place of a region: what a node writes to repair its own region's rows. */
    public static final String SELF = "self";

    /**
     * In the place of a region: rows that a node writes anew for their age, with a commit timestamp that says no more than that they
     * were written no later. No region has an underscore in its name.
     */
    public static final String AGED_ROWS = "aged_rows";

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

    /** Whether a region's name, as {@link #region} tells it, stands for the node itself. */
    public static boolean isOwn(String region) {
        return region.equals(SELF) || region.equals(AGED_ROWS);
    }
}
