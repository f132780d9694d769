package io.rowmesh.testbed.torture;

import java.util.Locale;

/** What can be done to a mesh. The weight says how often, among all. */
enum FaultKind {

    NODE_KILLED(18),
    NODE_STOPPED(3),
    NODE_PAUSED(10),
    DATABASE_KILLED(12),
    DATABASE_RESTARTED(3),
    LINK_CUT(10),
    LINK_RESET(8),
    LINK_HANGING(8),
    LINK_SLOW(10),
    REGION_CUT_OFF(4),
    /** The session by which the log is read. */
    WALSENDER_ENDED(5),
    APPLIER_ENDED(5),
    /** MySQL begins another file of its log. */
    LOG_FLUSHED(4),
    ROWS_LOCKED(5),
    CLOCK_MOVED(5),
    CLOCK_STEPPED(8);

    final int weight;

    FaultKind(int weight) {
        this.weight = weight;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
