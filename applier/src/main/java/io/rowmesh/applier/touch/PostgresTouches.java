package io.rowmesh.applier.touch;

import io.rowmesh.applier.write.Micros;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.RowChange;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** A PostgreSQL database. */
public final class PostgresTouches implements TouchDatabase {

    private final DataSource pool;
    private final String region;

    /** @param region this one */
    public PostgresTouches(DataSource pool, String region) {
        this.pool = pool;
        this.region = region;
    }

    /**
     * Progress is pruned only of what began before the slot's place and is not newer than what stays ({@code Progress.prune}), so it
     * still tells all that matters.
     */
    @Override
    public LogVersions versions(long newestShipped) throws SQLException {
        long nowhere = Long.MIN_VALUE;
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            awaitFormerCommits(connection);
            LogVersions versions = null;
            try (PreparedStatement query = connection.prepareStatement(
                    "select began, " + Micros.sql("committed_at") + " from rowmesh.progress order by began");
                 ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    if (row.getLong(1) == 0) {
                        nowhere = Math.max(nowhere, row.getLong(2));
                        continue;
                    }
                    versions = versions == null ? new LogVersions(nowhere, newestShipped) : versions;
                    versions.appliedBefore(row.getLong(1), row.getLong(2));
                }
            }
            connection.commit();
            return versions == null ? new LogVersions(nowhere, newestShipped) : versions;
        }
    }

    /** A node that died a moment ago may have left a transaction that still commits: whoever makes progress holds this lock. */
    private static void awaitFormerCommits(Connection connection) throws SQLException {
        try (Statement lock = connection.createStatement()) {
            lock.execute("set local lock_timeout = '50s'; lock table rowmesh.progress in share mode");
        }
    }

    @Override
    public void pending(Consumer<PendingTouch> taker) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            PendingTable.all(connection, taker);
            connection.commit();
        }
    }

    @Override
    public Set<WrittenKey> withhold(Collection<WrittenKey> keys, long position, long xid, long micros) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Set<WrittenKey> withdrawn = PendingTable.withdrawTombstones(connection, keys, region, micros);
            long whole = whole(connection, xid);
            PendingTable.add(connection, withdrawn, position, whole, micros, true);
            PendingTable.add(connection, keys.stream().filter(key -> !withdrawn.contains(key)).toList(), position, whole, micros, false);
            connection.commit();
            return withdrawn;
        }
    }

    /** The number in 64 bits. */
    private static long whole(Connection connection, long xid) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
             ResultSet row = query.executeQuery()) {
            row.next();
            long newest = row.getLong(1);
            return newest + (int) (xid - newest);
        }
    }

    @Override
    public void settle(Collection<WrittenKey> keys) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            PendingTable.remove(connection, keys);
        }
    }

    @Override
    public Optional<RowChange> deleteOf(WrittenKey key) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return TouchedDelete.of(connection, key);
        }
    }

    @Override
    public TouchSession open() throws SQLException {
        Connection connection = pool.getConnection();
        connection.setAutoCommit(false);
        return new Session(connection);
    }

    private record Session(Connection connection) implements TouchSession {

        @Override
        public List<PendingTouch> oldest(int limit) throws SQLException {
            return PendingTable.oldest(connection, limit);
        }

        @Override
        public long clockMicros() throws SQLException {
            try (PreparedStatement query = connection.prepareStatement("select " + Micros.sql("clock_timestamp()")); ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }

        @Override
        public boolean isVisible(PendingTouch key) throws SQLException {
            try (PreparedStatement query = connection.prepareStatement("select pg_visible_in_snapshot(?::text::xid8, pg_current_snapshot())")) {
                query.setString(1, Long.toString(key.xid()));
                try (ResultSet row = query.executeQuery()) {
                    row.next();
                    return row.getBoolean(1);
                }
            }
        }

        @Override
        public void touch(List<PendingTouch> keys, String secret) throws SQLException {
            TouchTransaction.write(connection, keys, secret);
        }

        @Override
        public void commit() throws SQLException {
            connection.commit();
        }

        @Override
        public void rollback() throws SQLException {
            connection.rollback();
        }

        @Override
        public void close() throws SQLException {
            try (Connection closing = connection) {
                closing.rollback();
            }
        }
    }
}
