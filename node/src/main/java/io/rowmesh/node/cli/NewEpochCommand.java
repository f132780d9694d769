package io.rowmesh.node.cli;

import io.rowmesh.node.Node;
import io.rowmesh.node.config.NodeConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** {@code rowmesh new-epoch}: after the log's continuity is lost. */
@Command(name = "new-epoch", mixinStandardHelpOptions = true, description = {
        "Begins a new life of the region's log, with the node stopped.",
        "Needed when 'run' refuses because the slot was lost, or the database was restored or replaced: changes of the gap were",
        "never read, and the other regions do not have them until they are loaded again. It is never done by itself."})
final class NewEpochCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config;

    @Option(names = "--yes", description = "I know that changes in the gap are not shipped.")
    private boolean yes;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!yes) {
            throw new ParameterException(spec.commandLine(), "Changes that were not read before stay unread: say so with --yes.");
        }
        NodeConfig read = config.load();
        int epoch = Node.newEpoch(read);
        spec.commandLine().getOut().println("region " + read.region() + " is in epoch " + epoch + " now; start the node");
        return ExitCodes.OK;
    }
}
