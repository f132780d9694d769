package io.rowmesh.testbed;

import io.rowmesh.node.cli.Main;

/** Runs commands of rowmesh in this process. */
public final class Rowmesh {

    private Rowmesh() {
    }

    /** As on the command line; returns the exit code. */
    public static int run(String... arguments) {
        return Main.commandLine().execute(arguments);
    }
}
