package io.rowmesh.node.cli;

import io.rowmesh.node.Node;
import io.rowmesh.node.config.NodeConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** {@code rowmesh run}: the node, until a signal. */
@Command(name = "run", mixinStandardHelpOptions = true, description = {
        "Runs the region's node until Ctrl-C or SIGTERM.",
        "Waits for a database that is starting up or refuses connections; ends at once where a person has to mend something first.",
        "A first signal stops it cleanly, within seconds; a second one at once. Either way nothing is lost."})
final class RunCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        NodeConfig read = config.load();
        StopSignals signals = StopSignals.install();
        Optional<Node> started = Node.start(read, signals.first());
        if (started.isPresent()) {
            try (Node node = started.get()) {
                await(CompletableFuture.anyOf(node.ended(), signals.first()));
            }
        }
        spec.commandLine().getErr().println("rowmesh: the node of region " + read.region() + " has stopped");
        return ExitCodes.OK;
    }

    private static void await(CompletableFuture<Object> end) throws Exception {
        try {
            end.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
