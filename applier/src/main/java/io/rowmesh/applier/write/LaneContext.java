package io.rowmesh.applier.write;

/**
 * What a lane's statements compare versions with.
 *
 * @param origin     the region whose transactions are written
 * @param ownNumber  the local number of its replication origin
 * @param losingTies oid[] literal of the origins that lose a tie of timestamps against it, itself included
 * @param since      text of the time before which rows without a version were written
 */
record LaneContext(String origin, long ownNumber, String losingTies, String since) {
}
