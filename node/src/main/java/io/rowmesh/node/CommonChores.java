package io.rowmesh.node;

import io.rowmesh.applier.write.Heartbeat;
import io.rowmesh.applier.write.TombstoneCollector;
import io.rowmesh.node.admin.StatusReport;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.prepare.UncapturedTables;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/** What is done alike in either kind of database. */
abstract class CommonChores implements Chores {

    private final NodeConfig config;
    private final DataSource pool;
    private final Heartbeat heartbeat;
    private final TombstoneCollector collector;
    private final Set<TableId> captured;

    /** @param captured the tables that the capture reads */
    CommonChores(NodeConfig config, DataSource pool, Heartbeat heartbeat, TombstoneCollector collector, Collection<TableId> captured) {
        this.config = config;
        this.pool = pool;
        this.heartbeat = heartbeat;
        this.collector = collector;
        this.captured = Set.copyOf(captured);
    }

    /** For short statements. */
    final DataSource pool() {
        return pool;
    }

    @Override
    public final void beat() throws SQLException {
        heartbeat.beat();
    }

    @Override
    public final Map<String, Integer> parked() throws SQLException {
        Map<String, Integer> parked = new HashMap<>();
        try (Connection connection = pool.getConnection();
             PreparedStatement query = connection.prepareStatement("select origin, count(*) from rowmesh.parked group by origin"); ResultSet row = query.executeQuery()) {
            while (row.next()) {
                parked.put(row.getString(1), row.getInt(2));
            }
        }
        return parked;
    }

    @Override
    public final void collect() throws SQLException {
        collector.step();
    }

    @Override
    public final long tombstones() throws SQLException {
        return collector.standing();
    }

    @Override
    public final StatusReport.History history() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return HistoryLook.read(connection);
        }
    }

    @Override
    public final List<TableId> uncaptured() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return UncapturedTables.read(config, captured, connection);
        }
    }
}
