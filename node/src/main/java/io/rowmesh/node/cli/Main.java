package io.rowmesh.node.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The program {@code rowmesh}. */
@Command(name = "rowmesh",
        description = "Keeps PostgreSQL databases in several regions the same, while all of them are written to.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {CheckCommand.class, PrepareCommand.class, RunCommand.class, StatusCommand.class, ConflictsCommand.class, ParkedCommand.class,
                FenceCommand.class, WhyCommand.class, NewEpochCommand.class, SchemaCommand.class, CommandLine.HelpCommand.class},
        footerHeading = "%nA first start, in each region:%n",
        footer = {
                "  rowmesh prepare > prepare.sql   what the database lacks, as SQL with reasons",
                "  rowmesh check                   configuration, database and peers; changes nothing",
                "  rowmesh run                     the node itself, until Ctrl-C"},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
                "0:all is well",
                "1:something is not well, or failed",
                "2:the command line is wrong",
                "3:the configuration is wrong",
                "4:the database lacks something",
                "5:the database, or a peer, cannot be reached"})
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /**
     * The whole command line.
     *
     * @param more further subcommands: objects whose class is annotated with {@link Command}
     */
    public static CommandLine commandLine(Object... more) {
        CommandLine commandLine = new CommandLine(new Main());
        for (Object command : more) {
            commandLine.addSubcommand(command);
        }
        // Always UTF-8: the SQL of prepare may hold any name, whatever the locale.
        return commandLine.setOut(new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8)))
                .setErr(new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true))
                .setExecutionStrategy(Main::runAndFlush)
                .setExecutionExceptionHandler(new Failures())
                .setUsageHelpAutoWidth(true);
    }

    private static int runAndFlush(ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } finally {
            parsed.asCommandLineList().forEach(command -> command.getOut().flush());
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }
}
