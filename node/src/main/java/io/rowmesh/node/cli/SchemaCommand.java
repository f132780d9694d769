package io.rowmesh.node.cli;

import io.rowmesh.node.config.ConfigSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code rowmesh schema}: for editors. */
@Command(name = "schema", mixinStandardHelpOptions = true, description = {
        "Prints the JSON Schema of the configuration, so that an editor can complete and check it.",
        "Save it, and begin the configuration with: # yaml-language-server: $schema=rowmesh.schema.json"})
final class SchemaCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().print(ConfigSchema.text());
    }
}
