package io.rowmesh.applier.mysql;

import io.rowmesh.applier.touch.PendingTouch;
import io.rowmesh.applier.touch.TouchDatabase;
import io.rowmesh.applier.touch.TouchSession;
import io.rowmesh.applier.write.ApplierSession;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** A MySQL region. A touch is a message in the log, as an update that changes nothing is not there ({@link MySqlTouchSession}). */
public final class MySqlTouches implements TouchDatabase {

    private static final Set<String> NO_TABLE = Set.of("42S02", "42830", "42804");

    private final DataSource pool;
    private final String region;
    private final MySqlNames names;

    /** @param region this one */
    public MySqlTouches(DataSource pool, String region, MySqlNames names) {
        this.pool = pool;
        this.region = region;
        this.names = names;
    }

    @Override
    public LogVersions versions(long newestShipped) throws SQLException {
        LogVersions versions = new LogVersions(Long.MIN_VALUE, newestShipped);
        try (Connection connection = pool.getConnection()) {
            awaitFormerCommits(connection);
            read(connection, versions);
        }
        return versions;
    }

    /** A node that died a moment ago may have left a transaction that still commits: whoever makes progress holds its origin's lock. */
    private void awaitFormerCommits(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select get_lock(?, 50), release_lock(?)")) {
            for (String origin : origins(connection)) {
                query.setString(1, MySqlSession.lockName(names.database(), origin));
                query.setString(2, MySqlSession.lockName(names.database(), origin));
                query.executeQuery().close();
            }
        }
    }

    /** Of all who ever made progress here. */
    private static List<String> origins(Connection connection) throws SQLException {
        List<String> origins = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select origin from rowmesh.tag where origin <> ?")) {
            query.setString(1, ApplierSession.SELF);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    origins.add(row.getString(1));
                }
            }
        }
        return origins;
    }

    private static void read(Connection connection, LogVersions versions) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                     "select began, " + MySqlTime.micros("committed_at") + " from rowmesh.progress order by began");
             ResultSet row = query.executeQuery()) {
            while (row.next()) {
                versions.appliedBefore(row.getLong(1), row.getLong(2));
            }
        }
    }

    @Override
    public void pending(Consumer<PendingTouch> taker) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            MySqlPending.all(connection, taker);
        }
    }

    @Override
    public Set<WrittenKey> withhold(Collection<WrittenKey> keys, long position, long xid, long micros) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try {
                Set<WrittenKey> withdrawn = MySqlPending.withdrawTombstones(connection, keys, region, micros);
                MySqlPending.add(connection, withdrawn, position, micros, true);
                MySqlPending.add(connection, keys.stream().filter(key -> !withdrawn.contains(key)).toList(), position, micros, false);
                connection.commit();
                return withdrawn;
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    @Override
    public void settle(Collection<WrittenKey> keys) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            MySqlPending.remove(connection, keys);
        }
    }

    @Override
    public Optional<RowChange> deleteOf(WrittenKey key) throws SQLException {
        TableShape shape;
        try (Connection connection = pool.getConnection()) {
            shape = new MySqlCatalog(connection, names).table(key.table()).shape();
        } catch (SQLException e) {
            if (NO_TABLE.contains(e.getSQLState())) {
                return Optional.empty();
            }
            throw e;
        }
        if (key.isWholeTable()) {
            return Optional.of(new RowChange.Truncate(shape));
        }
        List<String> texts = RowKey.texts(key.key());
        return texts.size() != shape.keyPositions().length ? Optional.empty()
                : Optional.of(new RowChange.Delete(shape, shape.keyOnly(texts.toArray(String[]::new))));
    }

    @Override
    public TouchSession open() throws SQLException {
        return MySqlTouchSession.over(pool.getConnection(), names);
    }
}
