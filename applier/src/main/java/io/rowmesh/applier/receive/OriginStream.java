package io.rowmesh.applier.receive;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.rowmesh.schema.stream.Protocol;
import io.rowmesh.schema.stream.TlsFiles;
import io.rowmesh.schema.stream.ZstdCodec;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Where an origin's transactions come from. Each subscription has a connection of its own and reads the TLS files anew. */
public final class OriginStream {

    private final StreamOptions options;

    public OriginStream(StreamOptions options) {
        this.options = options;
    }

    /**
     * Dials the origin. Returns at once; whether the origin agreed is the subscription's first event.
     *
     * @param epoch         that afterSequence counts in; 0 when nothing was ever applied
     * @param afterSequence the last transaction applied
     * @throws IllegalArgumentException when the TLS files cannot be used
     */
    public Subscription open(int epoch, long afterSequence) {
        return new Subscription(options, channel(), epoch, afterSequence);
    }

    private ManagedChannel channel() {
        return NettyChannelBuilder.forAddress(options.endpoint().host(), options.endpoint().port(), credentials())
                .compressorRegistry(ZstdCodec.compressors())
                .decompressorRegistry(ZstdCodec.decompressors())
                .maxInboundMessageSize(Protocol.MAX_MESSAGE_BYTES)
                .keepAliveTime(Protocol.PING_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(Protocol.PING_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                // Nodes talk to nodes; a proxy meant for browsers must not come between.
                .proxyDetector(address -> null)
                .disableRetry()
                .build();
    }

    private ChannelCredentials credentials() {
        TlsFiles tls = options.tlsOrNull();
        if (tls == null) {
            return InsecureChannelCredentials.create();
        }
        try {
            return TlsChannelCredentials.newBuilder().keyManager(tls.certificate().toFile(), tls.key().toFile())
                    .trustManager(new OriginTrust(tls.trustManager(), options.origin())).build();
        } catch (IOException e) {
            throw new IllegalArgumentException("the TLS files cannot be used: " + e.getMessage(), e);
        }
    }
}
