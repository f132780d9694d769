package io.rowmesh.applier.mysql;

import io.rowmesh.applier.write.ApplierSession;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Properties;

/**
 * Opens the applier's own connections. Each stands for one origin for its whole life and holds that origin's lock in the server, so there
 * are never two: the next one is opened only when the server has ended the one before, and whatever that one still committed is there.
 */
public final class MySqlSession {

    /**
     * Strict, but what another region holds may be written: zero dates, and dates that are none; a zero in a column that counts by itself
     * stays zero. Backslashes are escapes, as the driver takes them for.
     */
    static final String SQL_MODE = "STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION";

    /**
     * Foreign keys were looked after at the origin. A lane waits for a row as long as it takes. Of a list of keys, however long, the index
     * is used. Names in messages are taken from English ones.
     */
    private static final String VARIABLES = "sql_mode='" + SQL_MODE + "',time_zone='+00:00',foreign_key_checks=0,innodb_lock_wait_timeout=3600,"
            + "wait_timeout=31536000,net_write_timeout=600,max_execution_time=0,range_optimizer_max_mem_size=0,lc_messages='en_US',sql_safe_updates=0,"
            + "sql_select_limit=18446744073709551615,max_error_count=64";

    /** For a former session of this node, which the server ends in a moment. */
    private static final int PATIENCE_SECONDS = 2;
    /** Object in use: what PostgreSQL says of a replication origin that somebody has. */
    private static final String IN_USE = "55006";
    private static final int LONGEST_LOCK_NAME = 64;
    private static final int DIGEST_LETTERS = 32;

    private final String jdbcUrl;
    private final Properties credentials;
    private final String database;

    /**
     * @param credentials user, password and further connection properties of Connector/J
     * @param database    whose tables are replicated
     */
    public MySqlSession(String jdbcUrl, Properties credentials, String database) {
        this.jdbcUrl = jdbcUrl;
        this.credentials = credentials;
        this.database = database;
    }

    /**
     * A connection that stands for a region, or {@link ApplierSession#SELF}; without autocommit.
     *
     * @throws SQLException with state 55006 while another session stands for it
     */
    Connection open(String origin) throws SQLException {
        Connection connection = DriverManager.getConnection(jdbcUrl, properties(origin));
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            lock(connection, lockName(database, origin), origin);
            addTag(connection, origin);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private Properties properties(String origin) {
        Properties properties = new Properties();
        properties.putAll(credentials);
        properties.setProperty("sessionVariables", VARIABLES);
        properties.setProperty("characterEncoding", "UTF-8");
        // Texts are converted by the server, which knows its character sets better than Java does.
        properties.setProperty("characterSetResults", "UTF-8");
        properties.setProperty("useAffectedRows", "true");
        properties.setProperty("rewriteBatchedStatements", "true");
        // Warnings are looked at by whoever writes: MySqlWrites.
        properties.setProperty("jdbcCompliantTruncation", "false");
        properties.setProperty("tinyInt1isBit", "false");
        // Braces in names are none of JDBC's escapes.
        properties.setProperty("enableEscapeProcessing", "false");
        properties.setProperty("processEscapeCodesForPrepStmts", "false");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("socketFactory", KeepaliveMySqlSockets.class.getName());
        properties.setProperty("connectionAttributes", "program_name:rowmesh applier " + origin);
        return properties;
    }

    /** Names of such locks have 64 characters at most. */
    static String lockName(String database, String origin) {
        String name = "rowmesh_" + database + "_" + origin;
        return name.length() <= LONGEST_LOCK_NAME ? name : "rowmesh_" + digest(database).substring(0, DIGEST_LETTERS) + "_" + origin;
    }

    private static String digest(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static void lock(Connection connection, String name, String origin) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("select get_lock(?, ?), is_used_lock(?)")) {
            lock.setString(1, name);
            lock.setInt(2, PATIENCE_SECONDS);
            lock.setString(3, name);
            try (ResultSet row = lock.executeQuery()) {
                row.next();
                if (row.getInt(1) != 1) {
                    throw new SQLException("another session of rowmesh stands for " + origin + " in this server: connection " + row.getString(2)
                            + "; if no other node of this region runs, end it with KILL " + row.getString(2), IN_USE);
                }
            }
        }
    }

    /** The row by which {@link MySqlRows#tagRepair} tells whose transaction it is. */
    private static void addTag(Connection connection, String origin) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into rowmesh.tag (origin, tagged) select ?, 0 from dual where not exists (select * from rowmesh.tag where origin = ?)")) {
            insert.setString(1, origin);
            insert.setString(2, origin);
            insert.executeUpdate();
        }
    }
}
