package io.rowmesh.rules.credible;

/** When a touch may begin (convergence rule 7). */
public final class TouchStart {

    private TouchStart() {
    }

    /**
     * Whether a touch that begins now will be the newest write of its key everywhere.
     *
     * @param visible             whether the key's withheld transactions are visible to the session that touches: it would find
     *                            nothing to re-state otherwise, and ship a delete
     * @param clockMicros         the database's clock
     * @param newestMicros        {@link LogVersions#newest}: a change that was dropped here, against a version that is not
     *                            credible, stands in the other regions, and the touch must be above it
     * @param latestCredibleMicros {@link TrueTime#latestCredible}: beyond it the touch would be withheld as well
     */
    public static boolean may(boolean visible, long clockMicros, long newestMicros, long latestCredibleMicros) {
        return visible && clockMicros > newestMicros && clockMicros <= latestCredibleMicros;
    }
}
