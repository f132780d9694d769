package io.rowmesh.testbed;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A real MySQL 8.0 server of its own, that can be killed and started again. Durable, with the binary log rowmesh needs (rows, full
 * images, GTIDs); user {@code root} without password on loopback, database {@code app}. From Maven's binaries.
 */
public final class TestingMySql extends TestingDatabase {

    private static final Map<String, String> SETTINGS = Map.of(
            "gtid-mode", "ON", "enforce-gtid-consistency", "ON", "binlog-format", "ROW", "binlog-row-image", "FULL",
            "binlog-row-metadata", "FULL", "default-time-zone", "+00:00", "innodb-buffer-pool-size", "64M",
            "max-allowed-packet", "1G");

    private static final String PASSWORD = "s3cret";

    private TestingMySql(DatabaseServer server, int port) {
        super(server, port);
    }

    /** MySQL with its data below {@code directory}. */
    public static TestingMySql start(Path directory) {
        return start(directory, Map.of());
    }

    /** @param more further settings, as options of mysqld without the dashes, or other values for the ones that are set by default */
    public static TestingMySql start(Path directory, Map<String, String> more) {
        return start(directory, more, Map.of());
    }

    /** @param environment of the server's process, besides what this one has: a library that fakes its clock, say */
    public static TestingMySql start(Path directory, Map<String, String> more, Map<String, String> environment) {
        Map<String, String> settings = new LinkedHashMap<>(SETTINGS);
        int port = Ports.free();
        // Servers of one mesh, and who reads their logs, must differ; ports of one machine do.
        settings.put("server-id", Integer.toString(port));
        settings.putAll(more);
        TestingMySql mysql = new TestingMySql(new EmbeddedMySql(directory, port, settings, environment), port);
        mysql.start();
        return mysql;
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:mysql://127.0.0.1:" + port() + "/app?user=root&sslMode=DISABLED&createDatabaseIfNotExist=true";
    }

    /** A user without any grant, for a node: preparing the database gives it what it needs. */
    @Override
    List<String> prepare() {
        execute("create user if not exists rowmesh identified by '" + PASSWORD + "'");
        return List.of("--admin-user", "root");
    }

    @Override
    String yaml() {
        return "kind: mysql, host: 127.0.0.1, port: " + port() + ", name: app, schema: public, user: rowmesh, password: " + PASSWORD;
    }

    @Override
    public long clockMicros() {
        return Long.parseLong(value("select timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))"));
    }

    @Override
    public long heartbeatMicros(String region) {
        return Long.parseLong(value("select coalesce((select timestampdiff(microsecond, '1970-01-01', beat_at) from rowmesh.heartbeat where region = '" + region + "'), 0)"));
    }
}
