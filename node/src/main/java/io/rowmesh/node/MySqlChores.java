package io.rowmesh.node;

import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.agent.versions.VersionReader;
import io.rowmesh.agent.versions.VersionStatus;
import io.rowmesh.applier.mysql.MySqlCollector;
import io.rowmesh.applier.mysql.MySqlLog;
import io.rowmesh.applier.mysql.MySqlOldConflicts;
import io.rowmesh.applier.write.Heartbeat;
import io.rowmesh.applier.write.TombstoneCollector;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;

/** In a MySQL database. */
final class MySqlChores extends CommonChores {

    private final MySqlOldConflicts oldConflicts;
    private final BinlogPositions positions;
    private final VersionReader versions;

    /** @param captured the tables that the capture reads */
    MySqlChores(NodeConfig config, DataSource pool, Heartbeat heartbeat, TombstoneCollector collector, Collection<TableId> captured,
                BinlogPositions positions, VersionReader versions) {
        super(config, pool, heartbeat, collector, captured);
        this.oldConflicts = new MySqlOldConflicts(pool, config.keepConflicts());
        this.positions = positions;
        this.versions = versions;
    }

    /** Null where the log has gone on to another file: what lies between is not known. */
    @Override
    public Long behind(long position) throws SQLException {
        try (Connection connection = pool().getConnection()) {
            long end = new MySqlLog(connection, positions::of).end();
            return positions.sameFile(end, position) ? Long.valueOf(Math.max(0, end - position)) : null;
        }
    }

    @Override
    public String place(long position) {
        return positions.text(position);
    }

    @Override
    public void trimHistory() throws SQLException {
        oldConflicts.step();
    }

    @Override
    public Seen applied() throws SQLException {
        try (Connection connection = pool().getConnection()) {
            return new MySqlCollector(positions::of).applied(connection);
        }
    }

    @Override
    public boolean comesFirst() {
        return false;
    }

    @Override
    public List<Repeated> more() {
        return List.of();
    }

    @Override
    public List<String> notices() {
        VersionStatus status = versions.status();
        return status.state() == CaptureStatus.State.RUNNING || status.error() == null ? List.of()
                : List.of("the versions of rows are not read, so nothing can be applied here: " + status.error());
    }
}
