package io.rowmesh.testbed.prepare;

import io.rowmesh.node.cli.Main;
import io.rowmesh.node.config.ConfigFile;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.prepare.Finding;
import io.rowmesh.node.prepare.Preparation;
import io.rowmesh.testbed.TestingPostgres;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A database of its own on a test server, with a role for the node that may do nothing yet, and a configuration. */
final class TestingRegion {

    final TestingPostgres server;
    final String database;
    final String role;
    final Path file;
    private final Map<String, String> tables;
    private int peerPort = 9;
    private String more = "";

    /** @param tables pattern to mode, in order */
    TestingRegion(TestingPostgres server, Path directory, String name, Map<String, String> tables) {
        this.server = server;
        this.database = name + " d\"b";
        this.role = name + "\"r m;--";
        this.file = directory.resolve(name + ".yaml");
        this.tables = tables;
        server.execute("create database \"" + name + " d\"\"b\"", "create role \"" + name + "\"\"r m;--\" login");
        write();
    }

    void peerAt(int port) {
        peerPort = port;
        write();
    }

    /** Further lines of the configuration. */
    void more(String lines) {
        more = lines;
        write();
    }

    private void write() {
        StringBuilder yaml = new StringBuilder("region: eu\ndatabase: { url: 'postgresql://127.0.0.1:" + server.port() + "/"
                + database.replace(" ", "%20").replace("\"", "%22") + "', user: '" + role.replace("'", "''") + "' }\n"
                + "listen: { shipping: '127.0.0.1:0', admin: '127.0.0.1:0' }\npeers: [ { region: us-1, address: '127.0.0.1:" + peerPort + "' } ]\n"
                + "data-dir: data\ntables:\n");
        tables.forEach((match, mode) -> yaml.append("  - { match: '").append(match.replace("'", "''")).append("', mode: ").append(mode).append(" }\n"));
        yaml.append(more);
        try {
            Files.writeString(file, yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    NodeConfig config() {
        return ConfigFile.load(file);
    }

    Connection connect(String user) throws SQLException {
        java.util.Properties properties = new java.util.Properties();
        properties.setProperty("user", user);
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + server.port() + "/"
                + database.replace(" ", "%20").replace("\"", "%22"), properties);
    }

    void execute(String... statements) {
        executeAs("postgres", statements);
    }

    void executeAs(String user, String... statements) {
        try (Connection connection = connect(user); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in " + String.join("; ", statements), e);
        }
    }

    List<Finding> findings() {
        try (Connection connection = connect(role)) {
            return Preparation.findings(config(), connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is lacking, in short. */
    List<String> lacking() {
        return Preparation.lacking(findings()).stream().map(Finding::what).toList();
    }

    void prepare() {
        Result result = run("prepare", "--apply", "--admin-user", "postgres");
        if (result.exitCode() != 0) {
            throw new AssertionError(result);
        }
    }

    record Result(int exitCode, String out, String err) {
    }

    Result run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
        int exitCode = commandLine.execute(Stream.concat(Arrays.stream(arguments), Stream.of("--config", file.toString())).toArray(String[]::new));
        return new Result(exitCode, out.toString(), err.toString());
    }
}
