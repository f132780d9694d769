package io.rowmesh.agent.capture;

/**
 * A transaction that was not read yet stands before one that was: the server's files count from a smaller number than before, as after
 * {@code reset master} or with {@code log_bin} under another name. GTIDs tell what is read, so with another base nothing is lost.
 */
final class PlacesWentBack extends RuntimeException {

    PlacesWentBack(String gtid) {
        super("the server's binary log was begun anew: transaction " + gtid + " stands before others that were read earlier, so places are"
                + " counted anew from here");
    }
}
