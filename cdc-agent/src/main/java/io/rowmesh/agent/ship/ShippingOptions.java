package io.rowmesh.agent.ship;

import io.rowmesh.schema.stream.Endpoint;
import io.rowmesh.schema.stream.SharedTables;
import io.rowmesh.schema.stream.TlsFiles;

import java.util.Set;
import java.util.function.Predicate;

/**
 * Where and to whom a node ships.
 *
 * @param region    the node's own region, the origin of all it ships
 * @param host      address to listen on
 * @param port      port to listen on, 0 for any free one
 * @param tlsOrNull without it only a loopback address is allowed
 * @param peers     the regions that may subscribe; a transaction is kept until all of them acknowledged it
 * @param tables    what a subscriber must agree on
 * @param fenced    whether what a peer ships is not applied here, which the peer is told
 */
public record ShippingOptions(String region, String host, int port, TlsFiles tlsOrNull, Set<String> peers, SharedTables tables,
                              Predicate<String> fenced) {

    /** Of a region that decides everything by last-write-wins. */
    public ShippingOptions(String region, String host, int port, TlsFiles tlsOrNull, Set<String> peers) {
        this(region, host, port, tlsOrNull, peers, SharedTables.none(region));
    }

    /** Of a region that fences nobody. */
    public ShippingOptions(String region, String host, int port, TlsFiles tlsOrNull, Set<String> peers, SharedTables tables) {
        this(region, host, port, tlsOrNull, peers, tables, peer -> false);
    }

    /** @throws IllegalArgumentException when the stream would leave the machine unprotected, or a TLS file cannot be read */
    public ShippingOptions {
        peers = Set.copyOf(peers);
        if (peers.contains(region)) {
            throw new IllegalArgumentException("region " + region + " names itself as a peer; list only the other regions");
        }
        if (tlsOrNull == null && !new Endpoint(host, port).isLoopback()) {
            throw new IllegalArgumentException("shipping cannot listen on " + host + " without TLS: give tls.certificate, tls.key"
                    + " and tls.authority, or listen on 127.0.0.1");
        }
        if (tlsOrNull != null) {
            tlsOrNull.requireReadable();
        }
    }
}
