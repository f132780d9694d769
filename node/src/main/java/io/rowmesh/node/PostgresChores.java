package io.rowmesh.node;

import io.rowmesh.applier.aged.AgedRows;
import io.rowmesh.applier.history.HistoryPartitions;
import io.rowmesh.applier.write.Heartbeat;
import io.rowmesh.applier.write.TombstoneCollector;
import io.rowmesh.applier.write.VersionsSince;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;

/** In a PostgreSQL database. */
final class PostgresChores extends CommonChores {

    private static final Duration SAMPLE_EVERY = Duration.ofSeconds(60);
    private static final Duration AGEING_EVERY = Duration.ofSeconds(1);

    private final HistoryPartitions partitions;
    private final AgedRows aged;
    private final List<Repeated> more;

    /** @param captured the tables that the capture reads */
    PostgresChores(NodeConfig config, DataSource pool, Heartbeat heartbeat, TombstoneCollector collector, AgedRows aged, Collection<TableId> captured) {
        super(config, pool, heartbeat, collector, captured);
        this.partitions = new HistoryPartitions(pool, config.keepConflicts());
        this.aged = aged;
        this.more = List.of(new Repeated("versions", "how far the database is cannot be noted", SAMPLE_EVERY, this::sample, System::nanoTime),
                new Repeated("old rows", "old rows cannot be written anew", AGEING_EVERY, aged::round, System::nanoTime));
    }

    @Override
    public Long behind(long position) throws SQLException {
        try (Connection connection = pool().getConnection(); PreparedStatement query = connection.prepareStatement(
                "select (pg_current_wal_lsn() - '0/0')::bigint"); ResultSet row = query.executeQuery()) {
            row.next();
            return Math.max(0, row.getLong(1) - position);
        }
    }

    @Override
    public String place(long position) {
        return String.format("%X/%X", position >>> 32, position & 0xFFFFFFFFL);
    }

    @Override
    public void trimHistory() throws SQLException {
        partitions.step();
    }

    @Override
    public Seen applied() throws SQLException {
        try (Connection connection = pool().getConnection()) {
            return TombstoneCollector.applied(connection);
        }
    }

    @Override
    public boolean comesFirst() {
        return aged.comesFirst();
    }

    private void sample() throws SQLException {
        try (Connection connection = pool().getConnection()) {
            VersionsSince.sample(connection);
        }
    }

    @Override
    public List<Repeated> more() {
        return more;
    }

    @Override
    public List<String> notices() {
        return aged.notice().stream().toList();
    }
}
