package io.rowmesh.node.cli;

import io.rowmesh.node.config.Amounts;
import io.rowmesh.node.config.Nearest;
import io.rowmesh.node.history.ConflictRow;
import io.rowmesh.node.history.ConflictText;
import io.rowmesh.node.history.Conflicts;
import io.rowmesh.node.history.HistoryJson;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.rules.ConflictType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** {@code rowmesh conflicts}: what became of writes that had not seen each other. */
@Command(name = "conflicts", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND", description = {
        "Writes of one row in several regions that had not seen each other, and what was decided here.",
        "Read from the region's database, also while the node is stopped. Each region keeps the conflicts of what it applied."})
final class ConflictsCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists them, the newest first.")
    int list(@Mixin ConfigOption config,
             @Option(names = "--table", paramLabel = "TABLE", description = "Only of this table: schema.table, or the name alone.") String table,
             @Option(names = "--since", paramLabel = "DURATION", description = "Only of so long until now, such as 1h or 7d.") String since,
             @Option(names = "--type", paramLabel = "TYPE", description = "Only of this type, in PostgreSQL's names: update_origin_differs for example.") String type,
             @Option(names = "--limit", defaultValue = "100", description = "At most so many (default: ${DEFAULT-VALUE}).") int limit,
             @Option(names = "--json", description = "Print them as JSON.") boolean json) throws SQLException {
        Conflicts.Filter filter = new Conflicts.Filter(table, since(since), type(type), limit);
        try (Connection connection = Databases.connect(config.load().database())) {
            List<ConflictRow> conflicts = Conflicts.list(connection, filter);
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? HistoryJson.write(conflicts) : conflicts.isEmpty() ? "No conflicts.\n" : ConflictText.table(conflicts));
            if (!json && conflicts.size() == limit) {
                out.println("Older ones may not be shown (--limit).");
            }
        }
        return ExitCodes.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows everything that is kept of one: both rows, both versions, the rule, the decision.")
    int show(@Mixin ConfigOption config, @Parameters(paramLabel = "ID", description = "As 'list' shows it.") long id,
             @Option(names = "--json", description = "Print it as JSON.") boolean json) throws SQLException {
        try (Connection connection = Databases.connect(config.load().database())) {
            ConflictRow conflict = Conflicts.one(connection, id).orElseThrow(() -> new IllegalStateException(
                    "there is no conflict " + id + " in the history, or not any more"));
            spec.commandLine().getOut().print(json ? HistoryJson.write(conflict) : ConflictText.details(conflict));
        }
        return ExitCodes.OK;
    }

    private Duration since(String text) {
        try {
            return text == null ? null : Amounts.duration(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--since: " + e.getMessage());
        }
    }

    private String type(String text) {
        List<String> known = Arrays.stream(ConflictType.values()).map(ConflictType::label).toList();
        if (text != null && !known.contains(text)) {
            throw new ParameterException(spec.commandLine(), "--type: " + text + " is none of " + String.join(", ", known)
                    + Nearest.to(text, known).map(nearest -> "; did you mean " + nearest + "?").orElse(""));
        }
        return text;
    }
}
