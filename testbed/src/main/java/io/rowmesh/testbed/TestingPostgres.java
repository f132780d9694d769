package io.rowmesh.testbed;

import io.rowmesh.node.prepare.RewriteTrigger;
import io.rowmesh.schema.store.ControlSchema;
import org.postgresql.ds.PGSimpleDataSource;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * A real PostgreSQL server of its own, that can be killed and started again. Durable (fsync on), with the settings rowmesh
 * needs; superuser {@code postgres} without password on loopback, database {@code postgres}. From Maven's binaries, or with
 * {@code -Drowmesh.databases=docker} in a container.
 */
public final class TestingPostgres implements AutoCloseable {

    private static final Map<String, String> SETTINGS = Map.of(
            "wal_level", "logical", "track_commit_timestamp", "on", "max_wal_senders", "20",
            "max_replication_slots", "20", "shared_buffers", "64MB", "max_wal_size", "2GB");

    private final PostgresServer server;
    private final int port;

    private TestingPostgres(PostgresServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** PostgreSQL 18 with its data below {@code directory}. */
    public static TestingPostgres start(Path directory) {
        return start(directory, PostgresBinaries.NEWEST, Map.of(), Map.of());
    }

    /**
     * @param major "16", "17" or "18"
     * @param more  further settings, or other values for the ones that are set by default
     */
    public static TestingPostgres start(Path directory, String major, Map<String, String> more) {
        return start(directory, major, more, Map.of());
    }

    /** @param environment further variables of the server's environment; a container gets none */
    static TestingPostgres start(Path directory, String major, Map<String, String> more, Map<String, String> environment) {
        Map<String, String> settings = new LinkedHashMap<>(SETTINGS);
        settings.putAll(more);
        int port = Ports.free();
        PostgresServer server = System.getProperty("rowmesh.databases", "embedded").equals("docker")
                ? new DockerServer(major, port, settings) : new EmbeddedServer(directory, major, port, settings, environment);
        TestingPostgres postgres = new TestingPostgres(server, port);
        postgres.start();
        return postgres;
    }

    /** Starts the server again, on the same port and data, after {@link #kill} or {@link #stop}. */
    public void start() {
        server.start();
        awaitReady();
    }

    private void awaitReady() {
        Wait.until(Duration.ofSeconds(60), () -> "PostgreSQL did not start: " + server.log(), () -> {
            try (Connection ignored = connect()) {
                return true;
            } catch (SQLException e) {
                if (!server.alive()) {
                    // Children of a killed server may hold its memory for a moment.
                    server.start();
                }
                return false;
            }
        });
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    /** Each connection is a new one, of the superuser. */
    public DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        return source;
    }

    /** With rowmesh's control tables and its event trigger, as before a node's first start. */
    public TestingPostgres withControlTables() {
        ControlSchema.migrate(dataSource());
        execute(RewriteTrigger.SQL.toArray(String[]::new));
        return this;
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

    /**
     * A user's transaction.
     *
     * @param micros its commit timestamp, microseconds since 1970-01-01 UTC
     * @param xid    its number, 32 bits
     */
    public record Committed(long micros, long xid) {
    }

    /** Runs statements as one transaction of a user. */
    public Committed transaction(String sql) {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(sql);
            long xid = number(statement, "select pg_current_xact_id()::xid::text::bigint");
            connection.commit();
            return new Committed(number(statement, "select (extract(epoch from pg_xact_commit_timestamp('" + xid + "')) * 1000000)::bigint"), xid);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in " + sql, e);
        }
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
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

    @Override
    public void close() {
        server.close();
    }
}
