package io.rowmesh.agent.capture;

import org.postgresql.ds.PGSimpleDataSource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Where the local database is and who we are there.
 *
 * @param password may be null where the server asks for none
 * @param sslmode  as libpq has it: disable, prefer, require, verify-ca, verify-full
 */
public record DatabaseAddress(String host, int port, String database, String user, String password, String sslmode) {

    /** Text forms that do not depend on how server, database or role are set up. */
    static final String TEXT_SETTINGS = "-c IntervalStyle=postgres -c bytea_output=hex -c extra_float_digits=3 -c lc_monetary=C";

    /** A connection in autocommit that prints and reads every value in the exact form row changes carry. */
    Connection connect() throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {host});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(user);
        source.setPassword(password);
        source.setSslMode(sslmode);
        // With this search path the types of users and extensions are always named with their schema.
        source.setOptions(TEXT_SETTINGS + " -c search_path=pg_catalog");
        source.setApplicationName("rowmesh capture");
        // What the driver reads in binary it prints in its own way.
        source.setBinaryTransfer(false);
        source.setConnectTimeout(10);
        source.setSocketTimeout(60);
        source.setTcpKeepAlive(true);
        Connection connection = source.getConnection();
        // The driver announces the JVM's time zone when it connects, which is stronger than the options above.
        try (Statement statement = connection.createStatement()) {
            statement.execute("set time zone 'UTC'");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    /** For messages: never holds the password. */
    @Override
    public String toString() {
        return user + "@" + host + ":" + port + "/" + database;
    }
}
