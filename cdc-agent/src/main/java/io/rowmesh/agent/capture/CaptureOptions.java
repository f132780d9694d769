package io.rowmesh.agent.capture;

import io.rowmesh.schema.TableId;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What to capture, and where.
 *
 * @param region      the local region's id, the origin of everything captured
 * @param slot        name of the logical replication slot, which is the position in the database's log
 * @param publication name of the publication that holds the tables
 * @param tables      the captured tables, among them {@link #HEARTBEAT}
 * @param exactSeen   whether applied transactions are read, too, to know exactly what local ones had seen (convergence rule 8)
 * @param deciding    the tables whose rules decide by what was seen; none without exactSeen
 * @param counting    those of them with counters
 */
public record CaptureOptions(String region, DatabaseAddress database, String slot, String publication, List<TableId> tables,
                             boolean exactSeen, Predicate<TableId> deciding, Predicate<TableId> counting) {

    /** Each region's node writes its own row here; a transaction that does nothing else is a heartbeat. */
    public static final TableId HEARTBEAT = new TableId("rowmesh", "heartbeat");

    /** Every applied transaction adds its row here; read where what was seen must be exact, never shipped. */
    public static final TableId PROGRESS = new TableId("rowmesh", "progress");

    public CaptureOptions {
        tables = List.copyOf(tables);
    }

    /** Where no rule decides by what was seen. */
    public CaptureOptions(String region, DatabaseAddress database, String slot, String publication, List<TableId> tables) {
        this(region, database, slot, publication, tables, false, table -> false, table -> false);
    }

    /** The tables that are read: the captured ones, and progress where it is needed. */
    List<TableId> read() {
        List<TableId> read = new ArrayList<>(tables);
        if (exactSeen) {
            read.add(PROGRESS);
        }
        return read;
    }
}
