package io.rowmesh.node.cli;

import io.rowmesh.applier.write.Settlement;
import io.rowmesh.applier.write.SiblingSettlement;
import io.rowmesh.applier.write.UnsettledRow;
import io.rowmesh.node.ApplierSettings;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.history.HistoryJson;
import io.rowmesh.node.history.LocalDatabases;
import io.rowmesh.node.history.ParkedRow;
import io.rowmesh.node.history.ParkedText;
import io.rowmesh.node.history.RetryRequest;
import io.rowmesh.node.history.RowFile;
import io.rowmesh.node.history.UnsettledText;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.ResolvedTables;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code rowmesh parked}: row changes that wait for a person. */
@Command(name = "parked", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND", description = {
        "Row changes that could not be applied here, and what waits behind them; and rows under the rule park that several regions wrote",
        "at once (their IDs begin with s).",
        "Either mend the cause and retry, or settle: then the row you choose is written anew, and all regions get it."})
final class ParkedCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists them, the oldest first. The rest of the stream flows on.")
    int list(@Mixin ConfigOption config,
             @Option(names = "--limit", defaultValue = "100", description = "At most so many (default: ${DEFAULT-VALUE}).") int limit,
             @Option(names = "--json", description = "Print them as JSON.") boolean json) throws SQLException {
        PrintWriter out = spec.commandLine().getOut();
        try (Connection connection = Databases.connect(config.load().database())) {
            List<ParkedRow> entries = ParkedRow.list(connection, limit);
            List<UnsettledRow> unsettled = UnsettledRow.list(connection, limit);
            if (json) {
                List<Object> all = new ArrayList<>(entries);
                unsettled.forEach(row -> all.add(UnsettledText.json(row)));
                out.print(HistoryJson.write(all));
                return ExitCodes.OK;
            }
            out.print(entries.isEmpty() && unsettled.isEmpty() ? "Nothing is parked.\n" : entries.isEmpty() ? "" : ParkedText.table(entries));
            out.print(unsettled.isEmpty() ? "" : (entries.isEmpty() ? "" : "\n") + UnsettledText.table(unsettled));
            long more = count(connection) - entries.size();
            out.print(more > 0 ? more + " more are not shown.\n" : "");
        }
        return ExitCodes.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows everything that is known of one: the change, the row that stood here, the reason.")
    int show(@Mixin ConfigOption config, @Parameters(paramLabel = "ID", converter = ParkedId.Converter.class, description = "As 'list' shows it.") ParkedId named,
             @Option(names = "--json", description = "Print it as JSON.") boolean json) throws SQLException {
        NodeConfig read = config.load();
        try (Connection connection = Databases.connect(read.database())) {
            long id = named.number();
            if (named.unsettled()) {
                UnsettledRow row = UnsettledRow.one(connection, id).orElseThrow(() -> new IllegalStateException("there is no row " + named + " that waits to be settled"));
                spec.commandLine().getOut().print(json ? HistoryJson.write(UnsettledText.json(row))
                        : UnsettledText.details(row, column -> read.privateColumns(row.table()).contains(column)));
                return ExitCodes.OK;
            }
            ParkedRow entry = ParkedRow.one(connection, id).orElseThrow(() -> new IllegalStateException("there is no parked entry " + id));
            long waiting = ParkedRow.of(connection, entry.tableId(), entry.key()).stream().filter(p -> p.id() > id).count();
            spec.commandLine().getOut().print(json ? HistoryJson.write(entry) : ParkedText.details(entry, waiting));
        }
        return ExitCodes.OK;
    }

    @Command(name = "retry", mixinStandardHelpOptions = true, description = {
            "Has the running node apply parked changes again, once their cause is mended: with their own versions, in their order, and",
            "with them everything that waits behind them. The exit code is 0 when nothing of it is parked any more."})
    int retry(@Mixin ConfigOption config,
              @Parameters(paramLabel = "ID", arity = "0..1", description = "As 'list' shows it.") Long id,
              @Option(names = "--all", description = "Everything that is parked.") boolean all,
              @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "30", description = "How long to wait for the node (default: ${DEFAULT-VALUE}).") int seconds)
            throws SQLException, InterruptedException {
        if (all == (id != null)) {
            throw new ParameterException(spec.commandLine(), "Name one entry, or all with --all.");
        }
        try (Connection connection = Databases.connect(config.load().database())) {
            RetryRequest request = all ? RetryRequest.all(connection) : RetryRequest.of(connection, id);
            if (request.isEmpty()) {
                spec.commandLine().getOut().println(all ? "Nothing is parked." : "There is no parked entry " + id + ".");
                return all ? ExitCodes.OK : ExitCodes.NOT_OK;
            }
            Map<Long, RetryRequest.State> states = await(request, seconds);
            tell(connection, states);
            return states.values().stream().allMatch(RetryRequest.State.APPLIED::equals) ? ExitCodes.OK : ExitCodes.NOT_OK;
        }
    }

    private static Map<Long, RetryRequest.State> await(RetryRequest request, int seconds) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Map<Long, RetryRequest.State> states = request.states();
        while (states.containsValue(RetryRequest.State.OPEN) && System.nanoTime() < deadline) {
            Thread.sleep(200);
            states = request.states();
        }
        return states;
    }

    private void tell(Connection connection, Map<Long, RetryRequest.State> states) throws SQLException {
        PrintWriter out = spec.commandLine().getOut();
        for (Map.Entry<Long, RetryRequest.State> entry : states.entrySet()) {
            switch (entry.getValue()) {
                case APPLIED -> out.println("entry " + entry.getKey() + ": applied again; 'rowmesh conflicts list' shows what came of it");
                case REFUSED -> out.println("entry " + entry.getKey() + ": still parked" + ParkedRow.one(connection, entry.getKey())
                        .map(p -> p.waitsFor() == null ? ": " + p.reason() : ", behind entry " + p.waitsFor()).orElse(""));
                case OPEN -> out.println("entry " + entry.getKey() + ": the node has not taken it up yet (does it run?); the request stands");
            }
        }
    }

    @Command(name = "settle", mixinStandardHelpOptions = true, description = {
            "Decides a parked row: writes it anew here, as an ordinary write that goes to all regions, and removes what is parked of it.",
            "What was settled stays in the history. Done twice, the second time only says so."})
    int settle(@Mixin ConfigOption config, @Parameters(paramLabel = "ID", converter = ParkedId.Converter.class, description = "As 'list' shows it.") ParkedId named,
               @Option(names = "--with", required = true, paramLabel = "local|remote|REGION|FILE", description = {
                       "local: the row as it stands here; remote: as the newest parked change has it (of a row under the rule park a region's id instead:",
                       "as that region wrote it); or a JSON file of column to value (other columns stay as they are), or of null to delete the row."
               }) String with) throws SQLException {
        NodeConfig read = config.load();
        try (Connection connection = Databases.connect(read.database())) {
            if (named.unsettled()) {
                spec.commandLine().getOut().println(SiblingSettlement.settle(connection, ApplierSettings.of(read), named.number(), withOfSiblings(with, read)));
                return ExitCodes.OK;
            }
            Settlement.Result result = Settlement.settle(connection, LocalDatabases.of(read), ApplierSettings.of(read), named.number(), with(with));
            PrintWriter out = spec.commandLine().getOut();
            out.println(result.sentence());
            if (result.table() != null && !ResolvedTables.mode(read.tables(), result.table()).sends()) {
                out.println("The table is receive-only here: no other region gets this row.");
            }
        }
        return ExitCodes.OK;
    }

    private static SiblingSettlement.With withOfSiblings(String text, NodeConfig config) {
        boolean region = text.equals(config.region()) || config.peers().stream().anyMatch(peer -> peer.region().equals(text));
        return text.equals("local") ? new SiblingSettlement.With.Shown() : region ? new SiblingSettlement.With.Of(text)
                : new SiblingSettlement.With.Values(RowFile.read(Path.of(text)));
    }

    private static Settlement.With with(String text) {
        return switch (text) {
            case "local" -> new Settlement.With.Local();
            case "remote" -> new Settlement.With.Remote();
            default -> new Settlement.With.Values(RowFile.read(Path.of(text)));
        };
    }

    private static long count(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select count(*) from rowmesh.parked"); ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
