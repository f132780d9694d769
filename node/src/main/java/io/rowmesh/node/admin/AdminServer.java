package io.rowmesh.node.admin;

import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.stream.Endpoint;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * HTTP for people and monitoring, read only: {@code /healthz}, {@code /readyz}, {@code /status} (JSON), {@code /metrics}
 * (Prometheus), and {@code /version} (JSON) where the database does not tell the versions of its rows.
 */
public final class AdminServer implements AutoCloseable {

    /**
     * What is told.
     *
     * @param dead     names of threads that must live and do not
     * @param status   the present state
     * @param metrics  all meters of the node
     * @param versions when and where a row was last written, null when it is not known; empty where the database tells it
     */
    public record Sources(Supplier<List<String>> dead, Supplier<StatusReport> status, PrometheusMeterRegistry metrics,
                          Optional<Function<TableKey, Version>> versions) {

        /** Where the database tells the versions of its rows. */
        public Sources(Supplier<List<String>> dead, Supplier<StatusReport> status, PrometheusMeterRegistry metrics) {
            this(dead, status, metrics, Optional.empty());
        }
    }

    private final Javalin http;

    private AdminServer(Javalin http) {
        this.http = http;
    }

    /** Listens at once; port 0 takes any free one. Throws IllegalStateException with a sentence when the address cannot be had. */
    public static AdminServer start(Endpoint listen, Sources sources) {
        Javalin http = Javalin.create(config -> configure(config, sources));
        try {
            http.start(listen.host(), listen.port());
        } catch (RuntimeException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            throw new IllegalStateException("cannot listen on " + listen + " (listen.admin): " + root.getMessage(), e);
        }
        return new AdminServer(http);
    }

    private static void configure(JavalinConfig config, Sources sources) {
        config.startup.showJavalinBanner = false;
        config.routes.get("/healthz", request -> answer(request, sources.dead().get().stream().map(name -> name + " has ended").toList()));
        config.routes.get("/readyz", request -> answer(request, sources.status().get().notReady()));
        config.routes.get("/status", request -> request.contentType("application/json").result(StatusJson.write(sources.status().get())));
        config.routes.get("/metrics", request -> request.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(sources.metrics().scrape()));
        sources.versions().ifPresent(versions -> config.routes.get("/version", request -> request.contentType("application/json")
                .result(VersionJson.write(versions.apply(key(request))))));
    }

    private static TableKey key(Context request) {
        return new TableKey(new TableId(parameter(request, "schema"), parameter(request, "table")), parameter(request, "key"));
    }

    private static String parameter(Context request, String name) {
        String value = request.queryParam(name);
        if (value == null) {
            throw new BadRequestResponse("the parameter " + name + " is missing: /version takes schema, table and the canonical key");
        }
        return value;
    }

    /** 200 and {@code ok}, or 503 and what is wrong, a line each. */
    private static void answer(Context request, List<String> wrong) {
        request.contentType("text/plain; charset=utf-8").status(wrong.isEmpty() ? 200 : 503)
                .result(wrong.isEmpty() ? "ok\n" : String.join("\n", wrong) + "\n");
    }

    public int port() {
        return http.port();
    }

    @Override
    public void close() {
        http.stop();
    }
}
