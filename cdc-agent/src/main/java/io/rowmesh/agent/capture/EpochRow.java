package io.rowmesh.agent.capture;

/** A row of {@code rowmesh.epoch}: one life of this database's log. */
record EpochRow(int epoch, String region, String slot, String systemIdentifier) {
}
