package io.rowmesh.testbed.mesh;

import io.rowmesh.node.cli.Main;
import io.rowmesh.testbed.TestingRegion;
import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.stream.Stream;

/** Runs commands for one region, as a person does. */
record CommandLineOf(TestingRegion region) {

    record Result(int exitCode, String out, String err) {
    }

    Result run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
        int exitCode = commandLine.execute(Stream.concat(Arrays.stream(arguments), Stream.of("--config", region.config().toString())).toArray(String[]::new));
        return new Result(exitCode, out.toString(), err.toString());
    }
}
