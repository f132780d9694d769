package io.rowmesh.node.cli;

import io.rowmesh.schema.stream.Endpoint;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.Finding;
import io.rowmesh.node.prepare.FindingsText;
import io.rowmesh.node.prepare.Preparation;
import io.rowmesh.node.prepare.ResolvedTables;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code rowmesh check}: would it run? Changes nothing. */
@Command(name = "check", mixinStandardHelpOptions = true, description = {
        "Checks the configuration, the region's database and whether the peers can be reached. Changes nothing.",
        "The exit code is 0 when 'run' would start and all peers answer; else 3, 4 or 5, the first that applies."})
final class CheckCommand implements Callable<Integer> {

    private static final int CONNECT_TIMEOUT_MILLIS = 3_000;

    @Mixin
    private ConfigOption config;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        PrintWriter out = spec.commandLine().getOut();
        NodeConfig read = config.load();
        out.println("configuration: " + config.file() + " is fine; region " + read.region());
        List<Finding> lacking;
        try (Connection connection = Databases.connect(read.database())) {
            lacking = database(read, connection, out);
        }
        boolean allReached = read.peers().stream().map(peer -> reached(peer, out)).toList().stream().allMatch(reached -> reached);
        if (!lacking.isEmpty()) {
            out.println("The database lacks " + lacking.size() + " things: 'rowmesh prepare' prints the SQL for them.");
            return ExitCodes.LACKING;
        }
        return allReached ? ExitCodes.OK : ExitCodes.CANNOT_CONNECT;
    }

    private static List<Finding> database(NodeConfig read, Connection connection, PrintWriter out) throws SQLException {
        out.println("database: connected to " + read.database().name() + " as " + read.database().user() + ", " + read.database().product() + " "
                + connection.getMetaData().getDatabaseProductVersion());
        ResolvedTables tables = ResolvedTables.read(read, connection);
        out.println("tables: " + Arrays.stream(TableMode.values()).filter(mode -> mode != TableMode.OFF)
                .map(mode -> tables.modes().values().stream().filter(mode::equals).count() + " " + mode.text())
                .collect(Collectors.joining(", ")));
        List<Finding> findings = Preparation.findings(read, connection);
        out.print(FindingsText.list(findings));
        return Preparation.lacking(findings);
    }

    private static boolean reached(NodeConfig.Peer peer, PrintWriter out) {
        Endpoint address = peer.address();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_TIMEOUT_MILLIS);
            out.println("peer " + peer.region() + ": " + address + " answers");
            return true;
        } catch (IOException e) {
            out.println("peer " + peer.region() + ": " + address + " cannot be reached (" + e.getMessage() + ")");
            return false;
        }
    }
}
