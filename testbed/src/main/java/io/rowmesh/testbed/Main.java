package io.rowmesh.testbed;

import io.rowmesh.testbed.demo.DemoCommand;

/** The commands of rowmesh and, as this program has databases with it, the demo. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        System.exit(io.rowmesh.node.cli.Main.commandLine(new DemoCommand()).execute(arguments));
    }
}
