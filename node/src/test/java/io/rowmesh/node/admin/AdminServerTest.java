package io.rowmesh.node.admin;

import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.stream.Endpoint;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rowmesh.node.admin.StatusReport.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AdminServerTest {

    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicReference<List<String>> dead = new AtomicReference<>(List.of());
    private final AtomicReference<StatusReport> status =
            new AtomicReference<>(TestingReports.report(State.RUNNING, State.RUNNING, false, State.WAITING));
    private AdminServer server;

    @BeforeEach
    void start() {
        server = AdminServer.start(new Endpoint("127.0.0.1", 0), new AdminServer.Sources(dead::get, status::get, metrics));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String get(String path) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    @Test
    void healthIsWhetherAllThreadsLive() throws Exception {
        assertEquals("200 ok\n", get("/healthz"));
        dead.set(List.of("capture-eu", "lane-us"));
        assertEquals("503 capture-eu has ended\nlane-us has ended\n", get("/healthz"));
    }

    @Test
    void versionsAreToldWhereTheDatabaseDoesNotTellThem() throws Exception {
        assertEquals(404, Integer.parseInt(get("/version?schema=s&table=t&key=1").substring(0, 3)));
        TableKey row = new TableKey(new TableId("s", "t & u"), "[\"é \\\" 1\"]");
        Version version = new Version(1_700_000_000_123_456L, "eu");
        try (AdminServer other = AdminServer.start(new Endpoint("127.0.0.1", 0), new AdminServer.Sources(dead::get, status::get, metrics,
                Optional.of(asked -> asked.equals(row) ? version : null)))) {
            Endpoint admin = new Endpoint("127.0.0.1", other.port());
            assertEquals(Optional.of(version), StatusClient.version(admin, row));
            assertEquals(Optional.empty(), StatusClient.version(admin, new TableKey(row.table(), "[]")));
        }
        Endpoint here = new Endpoint("127.0.0.1", server.port());
        assertThrows(IllegalStateException.class, () -> StatusClient.version(here, row));
    }

    @Test
    void readinessIsTheNodesOwnWorkNotItsPeers() throws Exception {
        assertEquals("200 ok\n", get("/readyz"));
        status.set(TestingReports.report(State.STARTING, State.WAITING, true, State.RUNNING));
        assertEquals("503 the node is STARTING\nthe capture is WAITING\n", get("/readyz"));
    }

    @Test
    void tellsStatusAndMetrics() throws Exception {
        assertEquals(status.get(), StatusJson.read(StatusClient.fetch(new Endpoint("127.0.0.1", server.port()))));
        assertEquals(status.get(), StatusJson.read(StatusClient.fetch(new Endpoint("0.0.0.0", server.port()))));
        metrics.counter("rowmesh.captured.transactions").increment(3);
        assertTrue(get("/metrics").contains("rowmesh_captured_transactions_total 3.0"));
        assertTrue(get("/other").startsWith("404"));
    }

    @Test
    void anAddressInUseIsASentence() {
        Endpoint taken = new Endpoint("127.0.0.1", server.port());
        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> AdminServer.start(taken, new AdminServer.Sources(dead::get, status::get, metrics)));
        assertEquals("cannot listen on " + taken + " (listen.admin): Address already in use", e.getMessage());
    }
}
