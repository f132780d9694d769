package io.rowmesh.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Running a database server's programs as child processes of this one. */
final class ServerProcess {

    private ServerProcess() {
    }

    /** @param environment besides what this process has */
    static Process run(List<String> command, Path log, Map<String, String> environment) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().put("LC_ALL", "C");
            builder.environment().putAll(environment);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0), e);
        }
    }

    /** Runs a program that makes a data directory, to its end. */
    static void initialise(List<String> command, Path data, Path log) {
        try {
            Files.createDirectories(data.getParent());
            Process program = run(command, log, Map.of());
            if (!program.waitFor(120, TimeUnit.SECONDS) || program.exitValue() != 0) {
                program.destroyForcibly();
                throw new IllegalStateException("making " + data + " failed: " + Files.readString(log));
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot make " + data, e);
        }
    }

    /** Waits for the end of a process that has been told to end; false when it did not within 30 seconds. */
    static boolean ended(Process process) {
        try {
            return process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Deletes what a server kept, as far as it can be. */
    static void deleteData(Path data) {
        try {
            Directories.delete(data);
        } catch (IOException e) {
            // A child of the ended server may still be writing; the directory is temporary anyway.
        }
    }

    /** What a server printed. */
    static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "(no log)";
        }
    }
}
