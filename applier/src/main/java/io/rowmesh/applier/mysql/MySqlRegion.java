package io.rowmesh.applier.mysql;

import io.rowmesh.applier.locking.LockingTarget;
import io.rowmesh.applier.locking.RowVersions;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.RegionSession;
import io.rowmesh.applier.write.RegionSessions;
import io.rowmesh.applier.write.RetrySession;
import io.rowmesh.applier.write.Target;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongBiFunction;

/** The applier's sessions of a MySQL region. What is committed is on disk there (docs/decisions/0012-mysql-capture.md). */
public final class MySqlRegion implements RegionSessions {

    private final MySqlSession sessions;
    private final MySqlNames names;
    private final Function<String, RowVersions> versions;
    private final ToLongBiFunction<String, Long> position;
    private final LongSupplier confirmed;

    /**
     * @param versions  for sessions with a server, by its identifier
     * @param position  of a log file's name and an offset in it
     * @param confirmed the position up to which the capture has read the log for good
     */
    public MySqlRegion(MySqlSession sessions, MySqlNames names, Function<String, RowVersions> versions, ToLongBiFunction<String, Long> position, LongSupplier confirmed) {
        this.sessions = sessions;
        this.names = names;
        this.versions = versions;
        this.position = position;
        this.confirmed = confirmed;
    }

    @Override
    public RegionSession open(String origin, ApplierOptions options) throws SQLException {
        Connection connection = sessions.open(origin);
        try {
            return new Session(connection, origin, options);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static String server(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("select @@server_uuid")) {
            row.next();
            return row.getString(1);
        }
    }

    private final class Session implements RegionSession {

        private final Connection connection;
        private final MySqlLog log;
        private final MySqlRows rows;
        private final LockingTarget target;

        private Session(Connection connection, String origin, ApplierOptions options) throws SQLException {
            this.connection = connection;
            RowVersions here = versions.apply(server(connection));
            this.log = new MySqlLog(connection, position);
            this.rows = new MySqlRows(connection, names, origin, log, here, confirmed, options);
            this.target = new LockingTarget(rows, here, options.region());
        }

        @Override
        public Target target() {
            return target;
        }

        @Override
        public RetrySession retry() {
            return rows;
        }

        @Override
        public Connection connection() {
            return connection;
        }

        @Override
        public long newestMicros(String origin) throws SQLException {
            return MySqlProgress.newestMicros(connection, origin);
        }

        @Override
        public LogEnds logEnds() throws SQLException {
            long end = log.end();
            return new LogEnds(end, end);
        }

        @Override
        public List<RowChange> incoming(List<RowChange> changes) throws SQLException {
            return rows.incoming(changes);
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
}
