package io.rowmesh.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, as a user runs it, that can be killed and started again. */
public final class TestingNode implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private final Path config;
    private final int adminPort;
    private final List<String> jvmOptions;
    private volatile Process process;
    private boolean closed;

    /** @param jvmOptions for each start, {@code -Xmx256m} for example */
    public TestingNode(Path config, int adminPort, List<String> jvmOptions) {
        this.config = config;
        this.adminPort = adminPort;
        this.jvmOptions = List.copyOf(jvmOptions);
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    }

    /** Starts the process and returns at once. */
    public synchronized void start(String... moreJvmOptions) {
        if (closed) {
            throw new IllegalStateException("this node has been closed");
        }
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvmOptions);
        command.addAll(List.of(moreJvmOptions));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                "io.rowmesh.node.cli.Main", "run", "--config", config.toString()));
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a node", e);
        }
    }

    public Path log() {
        return config.resolveSibling(config.getFileName().toString().replace(".yaml", ".log"));
    }

    public boolean alive() {
        return process != null && process.isAlive();
    }

    /** Waits until the node says that it is ready. */
    public void awaitReady(Duration limit) {
        Wait.until(limit, () -> "node " + config.getFileName() + " is not ready; its log:\n" + tail(), () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("node " + config.getFileName() + " ended with " + process.exitValue() + ":\n" + tail());
            }
            return get("/readyz").map(r -> r.statusCode() == 200).orElse(false);
        });
    }

    /** Waits until the process is gone, as when it halts itself. */
    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("node " + config.getFileName() + " did not end; its log:\n" + tail());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(10));
    }

    /** SIGSTOP: it stands still, and its connections stay open. */
    public void pause() {
        signal("STOP");
    }

    /** SIGCONT: it goes on as if nothing had been. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot signal a node", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** SIGTERM, as Ctrl-C. */
    public int stop() {
        process.destroy();
        return awaitExit(Duration.ofSeconds(60));
    }

    /** The node's own report, empty when it does not answer. */
    public Optional<JsonNode> status() {
        return get("/status").map(response -> {
            try {
                return JSON.readTree(response.body());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The sum of a metric's values over all its labels that contain a text. */
    public double metric(String name, String labels) {
        return get("/metrics").stream().flatMap(r -> r.body().lines())
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> line.contains(labels))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    private Optional<HttpResponse<String>> get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                .timeout(Duration.ofSeconds(5)).build();
        try {
            return Optional.of(HTTP.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** The last lines of the node's log. */
    public String tail() {
        try {
            List<String> lines = Files.readAllLines(log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return "(no log)";
        }
    }

    @Override
    public void close() {
        end();
        if (process != null) {
            awaitExit(Duration.ofSeconds(10));
        }
    }

    /** Nothing starts the node again afterwards. */
    private synchronized void end() {
        closed = true;
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
