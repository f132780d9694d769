package io.rowmesh.agent.capture;

/**
 * Everything the database says about where its log can be read from.
 *
 * @param systemIdentifier what initdb gave this cluster, kept by its physical copies
 * @param flushedPosition  end of the database's own durable log (LSN)
 * @param slot             null when there is none of the name
 * @param newest           null when no epoch was ever recorded
 */
record SourceState(String region, String slotName, String database, String systemIdentifier, long flushedPosition, SlotState slot,
                   EpochRow newest) {
}
