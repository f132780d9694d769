package io.rowmesh.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A MySQL server from Maven's binaries, a child process of this one. */
final class EmbeddedMySql implements DatabaseServer {

    /** The client's name is not looked up, so {@code root@localhost}, whom MySQL makes, is nobody who comes over TCP. */
    private static final String INITIALLY = "create user 'root'@'%';\ngrant all on *.* to 'root'@'%' with grant option;\n";

    private final Path home;
    private final Path data;
    private final int port;
    private final Map<String, String> settings;
    private final Map<String, String> environment;
    private Process server;
    private boolean ended;

    /** @param environment of the server's process, besides what this one has */
    EmbeddedMySql(Path directory, int port, Map<String, String> settings, Map<String, String> environment) {
        this.home = MySqlBinaries.directory();
        this.data = directory.toAbsolutePath().resolve("mysqldata");
        this.port = port;
        this.settings = settings;
        this.environment = environment;
        if (!Files.exists(data.resolve("ibdata1"))) {
            initialise();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    }

    private void initialise() {
        try {
            Files.createDirectories(data.getParent());
            Path users = Files.writeString(data.resolveSibling("mysql-users.sql"), INITIALLY);
            // How names are told apart cannot be changed later.
            ServerProcess.initialise(command("--initialize-insecure", "--init-file=" + users,
                    "--lower-case-table-names=" + settings.getOrDefault("lower-case-table-names", "0")), data, data.resolveSibling("mysql-init.log"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot initialise MySQL in " + data, e);
        }
    }

    @Override
    public synchronized void start() {
        if (ended) {
            throw new IllegalStateException("this server has been closed");
        }
        // No socket file: their paths may not be longer than 107 bytes.
        List<String> command = command("--port=" + port, "--bind-address=127.0.0.1", "--skip-name-resolve", "--socket=",
                "--mysqlx=OFF", "--log-bin=binlog");
        settings.forEach((name, value) -> command.add("--" + name + "=" + value));
        server = ServerProcess.run(command, data.resolveSibling("mysql.log"), environment);
    }

    @Override
    public boolean alive() {
        return server != null && server.isAlive();
    }

    @Override
    public void kill() {
        server.destroyForcibly();
        ServerProcess.ended(server);
    }

    @Override
    public void stop() {
        server.destroy();
        if (!ServerProcess.ended(server)) {
            throw new IllegalStateException("MySQL does not stop: " + log());
        }
    }

    @Override
    public String log() {
        return ServerProcess.read(data.resolveSibling("mysql.log"));
    }

    @Override
    public void close() {
        end();
        ServerProcess.deleteData(data);
    }

    /** Its data is not needed any more, so a kill will do. Nothing starts the server again afterwards. */
    private synchronized void end() {
        ended = true;
        if (alive()) {
            kill();
        }
    }

    private List<String> command(String... options) {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/mysqld").toString(), "--no-defaults",
                "--basedir=" + home, "--datadir=" + data, "--secure-file-priv=NULL"));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root");
        }
        command.addAll(List.of(options));
        return command;
    }
}
