package io.rowmesh.node.cli;

import io.rowmesh.schema.stream.Endpoint;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rowmesh.node.admin.AdminServer;
import io.rowmesh.node.admin.StatusReport;
import io.rowmesh.node.admin.StatusReport.State;
import io.rowmesh.node.admin.TestingReports;
import io.rowmesh.node.config.ConfigSchema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MainTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int rowmesh(String... arguments) {
        return Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true)).execute(arguments);
    }

    private String config(int adminPort) throws IOException {
        Path file = directory.resolve("eu.yaml");
        Files.writeString(file, """
                region: eu
                database: { url: "postgresql://127.0.0.1:%d/app", user: rm, password: hush }
                listen: { shipping: "127.0.0.1:0", admin: "127.0.0.1:%d" }
                peers: [ { region: us, address: "127.0.0.1:9" } ]
                tables: [ { match: "public.*", mode: active-active } ]
                data-dir: data
                """.formatted(closedPort(), adminPort));
        return file.toString();
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    @Test
    void withoutACommandThereIsUsage() {
        assertEquals(2, rowmesh());
        assertTrue(err.toString().startsWith("A command is missing.\nUsage: rowmesh [-hV] COMMAND\n"), err.toString());
        assertEquals(2, rowmesh("parked"));
    }

    @Test
    void whatIsUnknownIsUsage() {
        assertEquals(2, rowmesh("statsu"));
        assertTrue(err.toString().contains("Did you mean: rowmesh status"), err.toString());
        assertEquals(2, rowmesh("run", "--bad"));
        assertEquals(2, rowmesh("prepare", "--apply=perhaps"));
    }

    @Test
    void everyCommandHasHelp() {
        for (String command : List.of("run", "prepare", "check", "status", "schema", "new-epoch", "parked", "conflicts", "why")) {
            assertEquals(0, rowmesh(command, "--help"), command);
        }
        for (String command : List.of("list", "show", "retry", "settle")) {
            assertEquals(0, rowmesh("parked", command, "--help"), command);
        }
        assertEquals(0, rowmesh("conflicts", "list", "--help"));
        assertEquals(0, rowmesh("conflicts", "show", "--help"));
        assertEquals(2, rowmesh("parked", "retry"));
        assertEquals(2, rowmesh("parked", "settle", "1"));
        assertEquals(2, rowmesh("why", "t"));
        assertEquals(0, rowmesh("--version"));
        assertEquals(0, rowmesh("--help"));
        assertTrue(out.toString().contains("  4   the database lacks something\n"), out.toString());
    }

    @Test
    void printsTheSchema() {
        assertEquals(0, rowmesh("schema"));
        assertEquals(ConfigSchema.text(), out.toString());
    }

    @Test
    void everyCommandRefusesAWrongConfiguration() throws IOException {
        Path file = directory.resolve("bad.yaml");
        Files.writeString(file, Files.readString(Path.of(config(1))).replace("peers:", "piers:"));
        for (String command : List.of("run", "prepare", "check", "status", "parked list", "new-epoch --yes")) {
            err.getBuffer().setLength(0);
            String[] arguments = (command + " --config " + file).split(" ");
            assertEquals(3, rowmesh(arguments), command);
            assertEquals(List.of(file + ":1: 'peers' is missing", file + ":4: unknown key 'piers': did you mean 'peers'?"),
                    err.toString().lines().toList(), Arrays.toString(arguments));
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsASentenceWithoutThePassword() throws IOException {
        String file = config(1);
        for (String command : List.of("check", "prepare", "parked list")) {
            err.getBuffer().setLength(0);
            assertEquals(5, rowmesh((command + " --config " + file).split(" ")), command);
            assertTrue(err.toString().startsWith("rowmesh: cannot connect to database 'app' at 127.0.0.1:"), err.toString());
            assertEquals(1, err.toString().lines().count(), err.toString());
            assertTrue(!err.toString().contains("hush"));
        }
    }

    @Test
    void anAdministratorIsNamedInFull() throws IOException {
        String file = config(1);
        assertEquals(2, rowmesh("prepare", "--admin-user", "a", "--admin-password-env", "NO_SUCH_VARIABLE", "--config", file));
        assertEquals(2, rowmesh("prepare", "--admin-url", "localhost/app", "--config", file));
        assertEquals(2, rowmesh("prepare", "--admin-user", "a'b", "--config", file));
    }

    @Test
    void statusOfANodeThatIsNotThereIsASentence() throws IOException {
        int port = closedPort();
        assertEquals(1, rowmesh("status", "--config", config(port)));
        assertEquals("rowmesh: the node does not answer on 127.0.0.1:" + port + " (listen.admin): it is not running, or cannot be reached\n",
                err.toString());
    }

    @Test
    void statusTellsByItsExitCode() throws IOException {
        StatusReport[] report = {TestingReports.report(State.RUNNING, State.RUNNING, true, State.RUNNING)};
        try (AdminServer server = AdminServer.start(new Endpoint("127.0.0.1", 0),
                new AdminServer.Sources(List::of, () -> report[0], new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)))) {
            String file = config(server.port());
            assertEquals(0, rowmesh("status", "--config", file));
            assertTrue(out.toString().startsWith("region eu, epoch 3: RUNNING\n"), out.toString());
            report[0] = TestingReports.report(State.RUNNING, State.RUNNING, false, State.RUNNING);
            out.getBuffer().setLength(0);
            assertEquals(1, rowmesh("status", "--json", "--config", file));
            assertTrue(out.toString().startsWith("{\n  \"region\" : \"eu\",\n  \"epoch\" : 3,"), out.toString());
        }
    }

    @Test
    void aNewEpochIsNotBegunByMistake() throws IOException {
        assertEquals(2, rowmesh("new-epoch", "--config", config(1)));
        assertTrue(err.toString().startsWith("Changes that were not read before stay unread: say so with --yes."), err.toString());
    }

    @Command(name = "demo")
    static final class Demo implements Runnable {
        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        @Override
        public void run() {
            spec.commandLine().getOut().print("demo");
            throw new IllegalStateException("no luck");
        }
    }

    @Test
    void furtherCommandsMayBeAdded() {
        CommandLine commandLine = Main.commandLine(new Demo()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
        assertEquals(1, commandLine.execute("demo"));
        assertEquals("demo", out.toString());
        assertEquals("rowmesh: no luck\n", err.toString());
    }
}
