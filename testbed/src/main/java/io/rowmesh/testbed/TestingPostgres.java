package io.rowmesh.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
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
import java.util.concurrent.TimeUnit;

/**
 * A real PostgreSQL server of its own directory and port, that can be killed and started again. Durable (fsync on), with the
 * settings rowmesh needs; superuser {@code postgres} without password on loopback, database {@code postgres}.
 */
public final class TestingPostgres implements AutoCloseable {

    private static final Map<String, String> SETTINGS = Map.of(
            "wal_level", "logical", "track_commit_timestamp", "on", "max_wal_senders", "20",
            "max_replication_slots", "20", "listen_addresses", "127.0.0.1", "unix_socket_directories", "",
            "shared_buffers", "64MB", "max_wal_size", "2GB");

    private final Path home;
    private final Path data;
    private final int port;
    private final Map<String, String> settings;
    private Process server;

    private TestingPostgres(Path home, Path data, int port, Map<String, String> settings) {
        this.home = home;
        this.data = data;
        this.port = port;
        this.settings = settings;
    }

    /** PostgreSQL 18 with its data below {@code directory}. */
    public static TestingPostgres start(Path directory) {
        return start(directory, PostgresBinaries.NEWEST, Map.of());
    }

    /**
     * @param major "16", "17" or "18"
     * @param more  further settings, or other values for the ones that are set by default
     */
    public static TestingPostgres start(Path directory, String major, Map<String, String> more) {
        Map<String, String> settings = new LinkedHashMap<>(SETTINGS);
        settings.putAll(more);
        Path home = PostgresBinaries.directory(major);
        Path data = directory.toAbsolutePath().resolve("pgdata");
        TestingPostgres postgres = new TestingPostgres(home, data, freePort(), settings);
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            postgres.initialise();
        }
        postgres.start();
        return postgres;
    }

    /** Starts the server again, on the same port and data, after {@link #kill} or {@link #stop}. */
    public void start() {
        List<String> command = command("postgres", "-D", data.toString(), "-p", Integer.toString(port));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        server = run(command, data.resolveSibling("postgres.log"));
        Runtime.getRuntime().addShutdownHook(new Thread(this::killQuietly));
        awaitReady();
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    public int port() {
        return port;
    }

    public long pid() {
        return server.pid();
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

    /** The first column of the first row. */
    public String value(String sql) {
        return query(sql).get(0).get(0);
    }

    /** SIGKILL to the postmaster: a crash. Its children notice and end. */
    public void kill() {
        server.destroyForcibly();
        waitFor(server);
    }

    /** A fast, clean shutdown. */
    public void stop() {
        try {
            new ProcessBuilder(command("pg_ctl", "-D", data.toString(), "-m", "fast", "-w", "stop"))
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor(30, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot stop PostgreSQL in " + data, e);
        }
        waitFor(server);
    }

    @Override
    public void close() {
        killQuietly();
        try {
            PostgresBinaries.deleteTree(data);
        } catch (IOException e) {
            // A child of the killed server may still be writing; the directory is temporary anyway.
        }
    }

    private void killQuietly() {
        if (server != null && server.isAlive()) {
            // Immediate shutdown also ends the children, unlike a kill.
            server.destroy();
            try {
                new ProcessBuilder(command("pg_ctl", "-D", data.toString(), "-m", "immediate", "stop"))
                        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor(10, TimeUnit.SECONDS);
            } catch (IOException | InterruptedException e) {
                server.destroyForcibly();
            }
        }
    }

    private void initialise() {
        try {
            Files.createDirectories(data.getParent());
            Path log = data.resolveSibling("initdb.log");
            Process initdb = run(command("initdb", "-D", data.toString(), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                    "--no-locale", "--no-sync"), log);
            if (!initdb.waitFor(120, TimeUnit.SECONDS) || initdb.exitValue() != 0) {
                throw new IllegalStateException("initdb failed: " + Files.readString(log));
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot initialise PostgreSQL in " + data, e);
        }
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try (Connection ignored = connect()) {
                return;
            } catch (SQLException e) {
                if (!server.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException("PostgreSQL did not start: " + log(), e);
                }
                sleep(50);
            }
        }
    }

    private String log() {
        try {
            return Files.readString(data.resolveSibling("postgres.log"));
        } catch (IOException e) {
            return "(no log)";
        }
    }

    /** PostgreSQL refuses to run as root; a user namespace of its own makes root somebody else. */
    private List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static Process run(List<String> command, Path log) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().put("LC_ALL", "C");
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0), e);
        }
    }

    private static void waitFor(Process process) {
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
