package io.rowmesh.agent.capture;

/**
 * A row of {@code pg_replication_slots}.
 *
 * @param plugin             null for a physical slot
 * @param database           null for a physical slot
 * @param confirmedPosition  everything up to here is confirmed (LSN); 0 when it is null
 * @param walStatus          reserved, extended, unreserved or lost; null when the server says nothing
 * @param invalidationReason null unless the server invalidated it (PostgreSQL 17 and later say why)
 * @param activePid          the backend that reads it now, 0 when nobody does
 */
record SlotState(String name, String plugin, String database, long confirmedPosition, String walStatus,
                 String invalidationReason, int activePid) {
}
