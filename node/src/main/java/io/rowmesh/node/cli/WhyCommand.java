package io.rowmesh.node.cli;

import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.history.HistoryJson;
import io.rowmesh.node.history.Why;
import io.rowmesh.node.history.WhyText;
import io.rowmesh.node.prepare.Databases;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.sql.Connection;
import java.util.concurrent.Callable;

/** {@code rowmesh why}: why is this row what it is? */
@Command(name = "why", mixinStandardHelpOptions = true, description = {
        "Tells why a row is what it is in this region: when and where it was last written, what it won against and by which rule,",
        "which deletes of it are remembered, and what of it is parked.",
        "Read from the region's database, also while the node is stopped."})
final class WhyCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config;

    @Parameters(index = "0", paramLabel = "TABLE", description = "schema.table, or the name alone.")
    private String table;

    @Parameters(index = "1", paramLabel = "KEY", description = "The key: a JSON array of texts such as '[\"7\", \"eu\"]', or the text of a key of one column.")
    private String key;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        NodeConfig read = config.load();
        try (Connection connection = Databases.connect(read.database())) {
            Why why = Why.read(read, connection, table, key);
            spec.commandLine().getOut().print(json ? HistoryJson.write(why) : WhyText.render(why));
        }
        return ExitCodes.OK;
    }
}
