package io.rowmesh.applier.write;

import io.rowmesh.schema.ReplicationOrigin;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * Opens the applier's own connections. Each is bound to one replication origin for its whole life, outside transactions, and
 * never enters a pool: a tag that leaks onto a user's transaction would keep it from ever being shipped (H21b).
 */
public final class ApplierSession implements RegionSessions {

    /** The replication origin of what a node writes to repair its own region's rows; never shipped. */
    public static final String SELF = ReplicationOrigin.SELF;

    private final String jdbcUrl;
    private final Properties credentials;

    /** @param credentials user, password and further connection properties of pgjdbc */
    public ApplierSession(String jdbcUrl, Properties credentials) {
        this.jdbcUrl = jdbcUrl;
        this.credentials = credentials;
    }

    /** The name of the replication origin that stands for a region (or {@link #SELF}) in this database. */
    public static String originName(String region) {
        return ReplicationOrigin.name(region);
    }

    @Override
    public RegionSession open(String origin, ApplierOptions options) throws SQLException {
        Connection connection = open(origin);
        try {
            return new PostgresSession(connection, origin.equals(SELF) ? options.region() : origin, options);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** A connection whose commits carry the given region's replication origin; without autocommit. */
    public Connection open(String region) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(credentials);
        properties.setProperty("ApplicationName", "rowmesh applier " + region);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("socketFactory", KeepaliveSockets.class.getName());
        Connection connection = DriverManager.getConnection(jdbcUrl, properties);
        try {
            configure(connection, region);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static void configure(Connection connection, String region) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Text forms pinned as at the capture (H47); triggers and foreign keys fired at the origin already. The statements
            // find a few rows by key: planned once, by index, whatever the statistics of a growing table say.
            statement.execute(TextForms.SQL
                    + " set session_replication_role = 'replica'; set synchronous_commit = off; set statement_timeout = 0;"
                    + " set idle_in_transaction_session_timeout = 0; set lock_timeout = 0; set jit = off;"
                    + " set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off;"
                    + " set enable_mergejoin = off; set default_transaction_isolation = 'read committed';"
                    // A node's host that is gone must not keep its origin's session for hours.
                    + " set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3");
        }
        noticeTheNodesEnd(connection);
        createOrigin(connection, region);
        try (PreparedStatement setup = connection.prepareStatement("select pg_replication_origin_session_setup(?)")) {
            setup.setString(1, originName(region));
            setup.execute();
        }
        connection.setAutoCommit(false);
    }

    /** Also while a statement waits for a lock. Servers on some systems cannot; they notice later. */
    private static void noticeTheNodesEnd(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set client_connection_check_interval = '2s'");
        } catch (SQLException e) {
            if (!"22023".equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    private static void createOrigin(Connection connection, String region) throws SQLException {
        try (PreparedStatement create = connection.prepareStatement(
                "select pg_replication_origin_create(?) where pg_replication_origin_oid(?) is null")) {
            create.setString(1, originName(region));
            create.setString(2, originName(region));
            create.execute();
        }
    }
}
