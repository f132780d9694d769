package io.rowmesh.agent.capture;

import io.rowmesh.agent.binlog.BinlogAddress;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.mysql.MySqlNames;

import java.util.Set;
import javax.sql.DataSource;

/**
 * What to capture of a MySQL server, and where.
 *
 * @param region    the local region's id, the origin of everything captured
 * @param database  connections to the server, with the control tables
 * @param serverId  which no other reader of the server's log has
 * @param tables    the captured tables, among them {@link CaptureOptions#HEARTBEAT}
 * @param exactSeen whether it is to be known exactly what local transactions had seen (convergence rule 8)
 */
public record MySqlOptions(String region, DataSource database, BinlogAddress address, long serverId, MySqlNames names,
                           Set<TableId> tables, boolean exactSeen) {

    public MySqlOptions {
        tables = Set.copyOf(tables);
    }
}
