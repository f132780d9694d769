package io.rowmesh.testbed;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A real database server of its own on loopback, of whatever kind, that can be killed and started again. */
public abstract class TestingDatabase implements AutoCloseable {

    private final DatabaseServer server;
    private final int port;

    TestingDatabase(DatabaseServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** With the user that may do everything. */
    public abstract String jdbcUrl();

    /** What a node's configuration says of it. */
    abstract String yaml();

    /** Before {@code rowmesh prepare}: makes the user of {@link #yaml} where it is another one. @return further options for it */
    abstract List<String> prepare();

    /** What its clock says, microseconds since 1970-01-01 UTC. */
    public abstract long clockMicros();

    /** When the region's newest heartbeat that has arrived here was written, microseconds; 0 when none has. */
    public abstract long heartbeatMicros(String region);

    /** Starts the server again, on the same port and data, after {@link #kill} or {@link #stop}. */
    public void start() {
        server.start();
        awaitReady();
    }

    private void awaitReady() {
        Wait.until(Duration.ofSeconds(60), () -> "the database did not start: " + server.log(), () -> {
            try (Connection ignored = connect()) {
                return true;
            } catch (SQLException e) {
                if (!server.alive()) {
                    // What a killed server held may be held for a moment more.
                    server.start();
                }
                return false;
            }
        });
    }

    public int port() {
        return port;
    }

    /** A new connection, the caller's to close. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl());
    }

    /** Runs statements, each in its own transaction. */
    public void execute(String... statements) {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in " + String.join("; ", statements), e);
        }
    }

    /** All rows of a query, as texts. */
    public List<List<String>> query(String sql) {
        try (Connection connection = connect(); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(sql)) {
            List<List<String>> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                all.add(row);
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in " + sql, e);
        }
    }

    /** All rows of a query: a line each, with | between values. */
    public String lines(String sql) {
        return query(sql).stream().map(row -> String.join("|", row)).collect(Collectors.joining("\n"));
    }

    /** The first column of the first row. */
    public String value(String sql) {
        return query(sql).get(0).get(0);
    }

    /** SIGKILL: a crash. */
    public void kill() {
        server.kill();
    }

    /** A fast, clean shutdown. */
    public void stop() {
        server.stop();
    }

    /** Ends the server for good and removes its data. */
    @Override
    public void close() {
        server.close();
    }
}
