package io.rowmesh.testbed;

import io.rowmesh.applier.write.Micros;
import io.rowmesh.node.prepare.RewriteTrigger;
import io.rowmesh.schema.store.ControlSchema;
import org.postgresql.ds.PGSimpleDataSource;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * A real PostgreSQL server of its own, that can be killed and started again. Durable (fsync on), with the settings rowmesh
 * needs; superuser {@code postgres} without password on loopback, database {@code postgres}. From Maven's binaries, or with
 * {@code -Drowmesh.databases=docker} in a container.
 */
public final class TestingPostgres extends TestingDatabase {

    private static final Map<String, String> SETTINGS = Map.of(
            "wal_level", "logical", "track_commit_timestamp", "on", "max_wal_senders", "20",
            "max_replication_slots", "20", "shared_buffers", "64MB", "max_wal_size", "2GB");

    private TestingPostgres(DatabaseServer server, int port) {
        super(server, port);
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
        DatabaseServer server = System.getProperty("rowmesh.databases", "embedded").equals("docker")
                ? new DockerServer(major, port, settings) : new EmbeddedPostgres(directory, major, port, settings, environment);
        TestingPostgres postgres = new TestingPostgres(server, port);
        postgres.start();
        return postgres;
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/postgres?user=postgres";
    }

    @Override
    List<String> prepare() {
        return List.of();
    }

    @Override
    String yaml() {
        return "url: \"postgresql://127.0.0.1:" + port() + "/postgres\", user: postgres";
    }

    @Override
    public long clockMicros() {
        return Long.parseLong(value("select " + Micros.sql("clock_timestamp()")));
    }

    @Override
    public long heartbeatMicros(String region) {
        return Long.parseLong(value("select coalesce((select " + Micros.sql("beat_at") + " from rowmesh.heartbeat where region = '" + region + "'), 0)"));
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
}
