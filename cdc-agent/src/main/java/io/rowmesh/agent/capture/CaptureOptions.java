package io.rowmesh.agent.capture;

import io.rowmesh.schema.TableId;

import java.util.List;

/**
 * What to capture, and where.
 *
 * @param region      the local region's id, the origin of everything captured
 * @param slot        name of the logical replication slot, which is the position in the database's log
 * @param publication name of the publication that holds the tables
 * @param tables      the captured tables, among them {@link #HEARTBEAT}
 */
public record CaptureOptions(String region, DatabaseAddress database, String slot, String publication, List<TableId> tables) {

    /** Each region's node writes its own row here; a transaction that does nothing else is a heartbeat. */
    public static final TableId HEARTBEAT = new TableId("rowmesh", "heartbeat");

    public CaptureOptions {
        tables = List.copyOf(tables);
    }
}
