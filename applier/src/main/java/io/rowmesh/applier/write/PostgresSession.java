package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** A session of a PostgreSQL database under one replication origin. */
final class PostgresSession implements RegionSession {

    private final Connection connection;
    private final JdbcTarget target;

    /** @param origin the region whose changes are written over this connection; this region for what repairs its own */
    PostgresSession(Connection connection, String origin, ApplierOptions options) throws SQLException {
        this.connection = connection;
        this.target = new JdbcTarget(connection, origin, options);
    }

    @Override
    public Target target() {
        return target;
    }

    @Override
    public RetrySession retry() {
        return target;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public long newestMicros(String origin) {
        return Progress.newestMicros(connection, origin);
    }

    @Override
    public LogEnds logEnds() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select (pg_current_wal_insert_lsn() - '0/0')::bigint,"
                + " (pg_current_wal_flush_lsn() - '0/0')::bigint"); ResultSet row = query.executeQuery()) {
            row.next();
            return new LogEnds(row.getLong(1), row.getLong(2));
        } finally {
            connection.commit();
        }
    }

    @Override
    public List<RowChange> incoming(List<RowChange> changes) throws SQLException {
        return target.incoming(changes);
    }

    @Override
    public boolean isValid(int withinSeconds) throws SQLException {
        return connection.isValid(withinSeconds);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
