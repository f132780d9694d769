package io.rowmesh.node.cli;

import io.rowmesh.node.admin.StatusClient;
import io.rowmesh.node.admin.StatusJson;
import io.rowmesh.node.admin.StatusReport;
import io.rowmesh.node.admin.StatusText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** {@code rowmesh status}: how a running node does. */
@Command(name = "status", mixinStandardHelpOptions = true, description = {
        "Shows how the region's running node does. It is asked on the address listen.admin of the configuration.",
        "The exit code is 0 only when every part runs and every peer is connected."})
final class StatusCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        String answer = StatusClient.fetch(config.load().listen().admin());
        StatusReport report = StatusJson.read(answer);
        spec.commandLine().getOut().print(json ? answer : StatusText.render(report));
        return report.overall() == StatusReport.State.RUNNING ? ExitCodes.OK : ExitCodes.NOT_OK;
    }
}
