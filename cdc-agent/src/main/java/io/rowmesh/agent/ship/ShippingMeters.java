package io.rowmesh.agent.ship;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.ship.LogCursor.Parcel;

/** Counts what is shipped. Heartbeats are counted apart: an idle mesh ships exactly 0 transactions. */
final class ShippingMeters {

    private final MeterRegistry registry;
    private final Counter wireBytes;
    private final Counter plainBytes;

    ShippingMeters(MeterRegistry registry, ChangeLog log) {
        this.registry = registry;
        this.wireBytes = Counter.builder("rowmesh.shipped.bytes").description("Bytes sent to other regions, as compressed")
                .register(registry);
        this.plainBytes = Counter.builder("rowmesh.shipped.plain.bytes").description("Bytes sent to other regions, before compression")
                .register(registry);
        Gauge.builder("rowmesh.change.log.bytes", log, ChangeLog::sizeBytes)
                .description("Bytes of transactions not yet acknowledged by every region").register(registry);
        Gauge.builder("rowmesh.change.log.transactions", log, l -> l.lastSequence() - l.firstSequence() + 1)
                .description("Transactions not yet acknowledged by every region").register(registry);
    }

    /** The counters of one region. */
    record ToRegion(Counter transactions, Counter rows, Counter heartbeats) {
        void shipped(Parcel parcel) {
            transactions.increment(parcel.transactions());
            rows.increment(parcel.rows());
            heartbeats.increment(parcel.heartbeats());
        }
    }

    ToRegion to(String region) {
        return new ToRegion(counter("rowmesh.shipped.transactions", region, "Transactions sent, without heartbeats"),
                counter("rowmesh.shipped.rows", region, "Row changes sent, without heartbeats"),
                counter("rowmesh.shipped.heartbeats", region, "Heartbeats sent"));
    }

    private Counter counter(String name, String region, String description) {
        return Counter.builder(name).tag("to", region).description(description).register(registry);
    }

    /** Sees every message after it was compressed. */
    ServerStreamTracer.Factory tracer() {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return new ServerStreamTracer() {
                    @Override
                    public void outboundWireSize(long bytes) {
                        wireBytes.increment(bytes);
                    }

                    @Override
                    public void outboundUncompressedSize(long bytes) {
                        plainBytes.increment(bytes);
                    }
                };
            }
        };
    }
}
