package io.rowmesh.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL server from Maven's binaries, a child process of this one. */
final class EmbeddedPostgres implements DatabaseServer {

    private final Path home;
    private final Path data;
    private final int port;
    private final Map<String, String> settings;
    private final Map<String, String> environment;
    private Process server;
    private boolean ended;

    /** @param environment of the server's processes, besides what this one has */
    EmbeddedPostgres(Path directory, String major, int port, Map<String, String> settings, Map<String, String> environment) {
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
        ServerProcess.initialise(command("initdb", "-D", data.toString(), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--no-locale", "--no-sync"), data, data.resolveSibling("initdb.log"));
    }

    @Override
    public synchronized void start() {
        if (ended) {
            throw new IllegalStateException("this server has been closed");
        }
        List<String> command = command("postgres", "-D", data.toString(), "-p", Integer.toString(port),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=");
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        server = ServerProcess.run(command, data.resolveSibling("postgres.log"), environment);
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
        ServerProcess.ended(server);
    }

    @Override
    public void stop() {
        pgCtl("fast");
        ServerProcess.ended(server);
    }

    @Override
    public String log() {
        return ServerProcess.read(data.resolveSibling("postgres.log"));
    }

    @Override
    public void close() {
        end();
        ServerProcess.deleteData(data);
    }

    /** An immediate shutdown ends the children as well, unlike a kill. Nothing starts the server again afterwards. */
    private synchronized void end() {
        ended = true;
        if (alive()) {
            pgCtl("immediate");
            ServerProcess.ended(server);
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
}
