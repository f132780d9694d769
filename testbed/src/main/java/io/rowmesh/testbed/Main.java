package io.rowmesh.testbed;

import io.rowmesh.testbed.demo.DemoCommand;
import io.rowmesh.testbed.simulation.SimulateCommand;
import io.rowmesh.testbed.torture.TortureCommand;

/** The commands of rowmesh and, as this program has databases with it, the demo, the simulation and the torture. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        System.exit(io.rowmesh.node.cli.Main.commandLine(new DemoCommand(), new SimulateCommand(), new TortureCommand())
                .execute(arguments));
    }
}
