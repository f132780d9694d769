package io.rowmesh.node.admin;

import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.stream.Endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Asks a running node. */
public final class StatusClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private StatusClient() {
    }

    /** The JSON of {@code /status}; throws IllegalStateException with a sentence when the node does not answer. */
    public static String fetch(Endpoint admin) {
        return get(admin, "/status");
    }

    /**
     * When and where a row was last written; empty when the node does not know it. Throws IllegalStateException with a sentence when the
     * node does not answer.
     */
    public static Optional<Version> version(Endpoint admin, TableKey row) {
        return VersionJson.read(get(admin, "/version?schema=" + encoded(row.table().schema()) + "&table=" + encoded(row.table().name())
                + "&key=" + encoded(row.key())));
    }

    private static String encoded(String parameter) {
        return URLEncoder.encode(parameter, StandardCharsets.UTF_8);
    }

    private static String get(Endpoint admin, String path) {
        Endpoint target = reachable(admin);
        try {
            HttpResponse<String> response = HttpClient.newBuilder().connectTimeout(TIMEOUT).build().send(
                    HttpRequest.newBuilder(URI.create("http://" + target + path)).timeout(TIMEOUT).build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("what listens on " + target + " answers " + response.statusCode()
                        + ": is it the node of this configuration?");
            }
            return response.body();
        } catch (IOException e) {
            throw new IllegalStateException("the node does not answer on " + target + " (listen.admin): it is not running, or cannot be reached", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + target, e);
        }
    }

    /** A server that listens on all addresses is asked on loopback. */
    private static Endpoint reachable(Endpoint admin) {
        return switch (admin.host()) {
            case "0.0.0.0" -> new Endpoint("127.0.0.1", admin.port());
            case "::" -> new Endpoint("::1", admin.port());
            default -> admin;
        };
    }
}
