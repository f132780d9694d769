package io.rowmesh.applier.receive;

import io.rowmesh.schema.stream.Endpoint;
import io.rowmesh.schema.stream.SharedTables;
import io.rowmesh.schema.stream.TlsFiles;

/**
 * Whom to receive from.
 *
 * @param region    the node's own region
 * @param origin    the region dialled; it must show its certificate, and all it sends must be its own
 * @param target    its address, {@code host:port}
 * @param tlsOrNull without it only a loopback address is dialled
 * @param tables    what the origin must agree on
 */
public record StreamOptions(String region, String origin, String target, TlsFiles tlsOrNull, SharedTables tables) {

    /** Of a region that decides everything by last-write-wins. */
    public StreamOptions(String region, String origin, String target, TlsFiles tlsOrNull) {
        this(region, origin, target, tlsOrNull, SharedTables.none(region));
    }

    /** @throws IllegalArgumentException when the stream would leave the machine unprotected, or a TLS file cannot be read */
    public StreamOptions {
        if (region.equals(origin)) {
            throw new IllegalArgumentException("region " + region + " cannot receive from itself; list only the other regions as peers");
        }
        if (tlsOrNull == null && !Endpoint.parse(target).isLoopback()) {
            throw new IllegalArgumentException("region " + origin + " at " + target + " cannot be dialled without TLS: give"
                    + " tls.certificate, tls.key and tls.authority");
        }
        if (tlsOrNull != null) {
            tlsOrNull.requireReadable();
        }
    }

    Endpoint endpoint() {
        return Endpoint.parse(target);
    }

    /** For sentences. */
    String named() {
        return origin + " at " + target;
    }
}
