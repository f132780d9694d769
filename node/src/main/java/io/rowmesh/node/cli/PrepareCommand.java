package io.rowmesh.node.cli;

import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.Finding;
import io.rowmesh.node.prepare.FindingsText;
import io.rowmesh.node.prepare.Preparation;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code rowmesh prepare}: what the database lacks, as SQL. */
@Command(name = "prepare", mixinStandardHelpOptions = true, description = {
        "Prints what the region's database still lacks, as SQL in order, with reasons. With --apply it is run as well.",
        "Most of it takes an administrator: name one with --admin-user, or hand the printed SQL to him. The exit code is 4 while anything is lacking."})
final class PrepareCommand implements Callable<Integer> {

    /** What one change makes possible is found in the next round; nothing takes more. */
    private static final int ROUNDS = 3;

    @Mixin
    private ConfigOption config;

    @Option(names = "--apply", description = "Run the SQL, instead of printing it.")
    private boolean apply;

    @ArgGroup(exclusive = false)
    private AdminOptions admin = new AdminOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        NodeConfig read = config.load();
        try (Connection connection = Databases.connect(admin.database(read.database(), spec.commandLine()))) {
            List<Finding> left = apply ? apply(read, connection) : print(read, connection);
            return Preparation.lacking(left).isEmpty() ? ExitCodes.OK : ExitCodes.LACKING;
        }
    }

    private List<Finding> print(NodeConfig read, Connection connection) {
        List<Finding> findings = Preparation.findings(read, connection);
        PrintWriter out = spec.commandLine().getOut();
        out.print(FindingsText.script(findings));
        if (Preparation.lacking(findings).isEmpty()) {
            out.println("-- Nothing is lacking.");
        }
        return findings;
    }

    private List<Finding> apply(NodeConfig read, Connection connection) {
        PrintWriter out = spec.commandLine().getOut();
        List<Finding> findings = Preparation.findings(read, connection);
        for (int round = 0; round < ROUNDS && findings.stream().anyMatch(finding -> !finding.sql().isEmpty()); round++) {
            Preparation.apply(findings, connection, finding -> out.println("done: " + finding.what()));
            findings = Preparation.findings(read, connection);
        }
        out.print(FindingsText.list(findings));
        if (findings.stream().anyMatch(Finding::needsRestart)) {
            out.println("Restart the server, then run 'rowmesh check'.");
        }
        if (Preparation.lacking(findings).isEmpty()) {
            out.println("Nothing is lacking.");
        }
        return findings;
    }
}
