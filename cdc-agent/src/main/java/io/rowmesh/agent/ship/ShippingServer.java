package io.rowmesh.agent.ship;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.stream.Protocol;
import io.rowmesh.schema.stream.TlsFiles;
import io.rowmesh.schema.stream.ZstdCodec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Serves the change log to the peers that dial in. Does not own the log. */
public final class ShippingServer implements AutoCloseable {

    /** Subscribers send acknowledgements only. */
    private static final int MAX_INBOUND_BYTES = 64 << 10;

    private final ShippingOptions options;
    private final ChangeLog log;
    private final Map<String, Subscriber> subscribers = new TreeMap<>();
    private final Server server;

    /** @throws IllegalArgumentException when the TLS files cannot be used */
    public ShippingServer(ShippingOptions options, ChangeLog log, MeterRegistry registry) {
        this.options = options;
        this.log = log;
        ShippingMeters meters = new ShippingMeters(registry, log);
        options.peers().forEach(region -> subscribers.put(region, new Subscriber(region, meters.to(region))));
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(options.host(), options.port()), credentials(options.tlsOrNull()))
                .addService(new ShippingService(options, log, subscribers))
                .intercept(new CallerCertificate())
                .addStreamTracerFactory(meters.tracer())
                .compressorRegistry(ZstdCodec.compressors())
                .decompressorRegistry(ZstdCodec.decompressors())
                .maxInboundMessageSize(MAX_INBOUND_BYTES)
                .keepAliveTime(Protocol.PING_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(Protocol.PING_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .build();
    }

    private static ServerCredentials credentials(TlsFiles tls) {
        if (tls == null) {
            return InsecureServerCredentials.create();
        }
        try {
            return TlsServerCredentials.newBuilder().keyManager(tls.certificate().toFile(), tls.key().toFile())
                    .trustManager(tls.authority().toFile()).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE).build();
        } catch (IOException e) {
            throw new IllegalArgumentException("the TLS files cannot be used: " + e.getMessage(), e);
        }
    }

    /** @throws UncheckedIOException when it cannot listen there */
    public ShippingServer start() {
        try {
            server.start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("shipping of " + options.region() + " cannot listen on " + options.host() + ":"
                    + options.port() + ": " + (e.getCause() == null ? e : e.getCause()).getMessage() + "; choose another listen.shipping", e);
        }
    }

    /** The port it listens on, after {@link #start}. */
    public int port() {
        return server.getPort();
    }

    /** By region, for every configured peer. */
    public Map<String, PeerStatus> status() {
        Map<String, PeerStatus> status = new TreeMap<>();
        subscribers.forEach((region, subscriber) -> status.put(region, subscriber.status(log)));
        return status;
    }

    /** Ends all streams; when it returns, none of its threads reads the log. */
    @Override
    public void close() {
        server.shutdown();
        var streams = subscribers.values().stream().map(Subscriber::stream).filter(Objects::nonNull).toList();
        streams.forEach(s -> s.end(Status.UNAVAILABLE.withDescription("the node of " + options.region() + " is ending")));
        streams.forEach(ShippingStream::join);
        try {
            server.awaitTermination(500, TimeUnit.MILLISECONDS);
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
