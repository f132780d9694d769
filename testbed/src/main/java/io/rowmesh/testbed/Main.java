package io.rowmesh.testbed;

import io.rowmesh.testbed.demo.DemoCommand;
import picocli.CommandLine;

/** The commands of rowmesh and, as this program has databases with it, the demo. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        CommandLine commands = io.rowmesh.node.cli.Main.commandLine();
        commands.addSubcommand("demo", new DemoCommand());
        System.exit(commands.execute(arguments));
    }
}
