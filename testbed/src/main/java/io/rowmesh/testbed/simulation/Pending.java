package io.rowmesh.testbed.simulation;

/**
 * A key that waits to be touched.
 *
 * @param position place of its last withheld transaction in the log
 * @param writer   that transaction
 * @param onlyByTouch whether a later write does not settle it
 */
record Pending(long position, DbTransaction writer, boolean onlyByTouch) {
}
