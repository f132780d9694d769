package io.rowmesh.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server from Maven's binaries, a child process of this one. */
final class EmbeddedServer implements PostgresServer {

    private final Path home;
    private final Path data;
    private final int port;
    private final Map<String, String> settings;
    private final Map<String, String> environment;
    private Process server;
    private boolean ended;

    /** @param environment of the server's processes, besides what this one has */
    EmbeddedServer(Path directory, String major, int port, Map<String, String> settings, Map<String, String> environment) {
        this.home = PostgresBinaries.directory(major);
        this.data = directory.toAbsolutePath().resolve("pgdata");
        this.port = port;
        this.settings = settings;
        this.environment = environment;
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialise();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    }

    private void initialise() {
        try {
            Files.createDirectories(data.getParent());
            Path log = data.resolveSibling("initdb.log");
            Process initdb = run(command("initdb", "-D", data.toString(), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                    "--no-locale", "--no-sync"), log, Map.of());
            if (!initdb.waitFor(120, TimeUnit.SECONDS) || initdb.exitValue() != 0) {
                throw new IllegalStateException("initdb failed: " + Files.readString(log));
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot initialise PostgreSQL in " + data, e);
        }
    }

    @Override
    public synchronized void start() {
        if (ended) {
            throw new IllegalStateException("this server has been closed");
        }
        List<String> command = command("postgres", "-D", data.toString(), "-p", Integer.toString(port),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=");
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        server = run(command, data.resolveSibling("postgres.log"), environment);
    }

    @Override
    public boolean alive() {
        return server != null && server.isAlive();
    }

    /** Kills the postmaster first, so that it can neither write nor clean up, and its children with it. */
    @Override
    public void kill() {
        List<ProcessHandle> children = server.descendants().toList();
        server.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        waitFor(server);
    }

    @Override
    public void stop() {
        pgCtl("fast");
        waitFor(server);
    }

    @Override
    public String log() {
        try {
            return Files.readString(data.resolveSibling("postgres.log"));
        } catch (IOException e) {
            return "(no log)";
        }
    }

    @Override
    public void close() {
        end();
        try {
            Directories.delete(data);
        } catch (IOException e) {
            // A child of the ended server may still be writing; the directory is temporary anyway.
        }
    }

    /** An immediate shutdown ends the children as well, unlike a kill. Nothing starts the server again afterwards. */
    private synchronized void end() {
        ended = true;
        if (alive()) {
            pgCtl("immediate");
            waitFor(server);
        }
    }

    private void pgCtl(String mode) {
        try {
            new ProcessBuilder(command("pg_ctl", "-D", data.toString(), "-m", mode, "-w", "stop")).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor(30, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot stop PostgreSQL in " + data, e);
        }
    }

    /** PostgreSQL refuses to run as root; a user namespace of its own makes root somebody else. */
    private List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static Process run(List<String> command, Path log, Map<String, String> environment) {
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

    private static void waitFor(Process process) {
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
