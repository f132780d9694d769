package io.rowmesh.testbed.prepare;

import io.rowmesh.node.cli.Main;
import io.rowmesh.node.config.ConfigFile;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.Finding;
import io.rowmesh.node.prepare.Preparation;
import io.rowmesh.testbed.TestingMySql;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A database of its own on a test server, a name for the node's user, who does not exist yet, and a configuration. */
final class TestingMySqlRegion {

    static final String PASSWORD = "s3cret '\"\\";

    final TestingMySql server;
    final String database;
    final String user;
    final Path file;
    private final Map<String, String> tables;
    private int peerPort = 9;
    private String more = "";

    /** @param tables pattern to mode, in order; the schema in the mesh is {@code shop} */
    TestingMySqlRegion(TestingMySql server, Path directory, String name, Map<String, String> tables) {
        this.server = server;
        this.database = name + "_d`b";
        this.user = name + " r\"m\\`;--";
        this.file = directory.resolve(name + ".yaml");
        this.tables = tables;
        server.execute("create database " + quoted(database));
        write();
    }

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    /** The node's user as an account, in SQL. */
    String account() {
        return "'" + user.replace("\\", "\\\\") + "'@'%'";
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
        StringBuilder yaml = new StringBuilder("region: eu\ndatabase:\n  kind: mysql\n  host: 127.0.0.1\n  port: " + server.port() + "\n  name: '"
                + database + "'\n  user: '" + user + "'\n  password: '" + PASSWORD.replace("'", "''") + "'\n  schema: shop\n  server-id: 4000000000\n"
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

    Database.MySql configured() {
        return (Database.MySql) config().database();
    }

    /** As the node, with its database selected. */
    Connection connectAsTheNode() throws SQLException {
        return Databases.dataSource(configured()).getConnection();
    }

    /** In the region's database, as root. */
    void execute(String... statements) {
        try (Connection connection = server.connect(); Statement statement = connection.createStatement()) {
            statement.execute("use " + quoted(database));
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in " + String.join("; ", statements), e);
        }
    }

    /** Gives the user its password, as the administrator who prepared the database does. */
    void unlock() {
        execute("alter user " + account() + " identified by '" + PASSWORD.replace("\\", "\\\\").replace("'", "''") + "' account unlock");
    }

    /** What the node finds under its own user. */
    List<Finding> findings() {
        try (Connection connection = Databases.connect(configured())) {
            return Preparation.findings(config(), connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is lacking, in short. */
    List<String> lacking() {
        return Preparation.lacking(findings()).stream().map(Finding::what).toList();
    }

    /** What is worth knowing, in short. */
    List<String> notes() {
        return findings().stream().filter(finding -> !finding.lacking()).map(Finding::what).toList();
    }

    void prepare() {
        run("prepare", "--apply", "--admin-user", "root");
        unlock();
        Result result = run("prepare", "--apply", "--admin-user", "root");
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
