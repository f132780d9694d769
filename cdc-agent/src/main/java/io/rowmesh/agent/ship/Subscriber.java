package io.rowmesh.agent.ship;

import io.grpc.Status;
import io.rowmesh.agent.log.ChangeLog;

/** One region that may subscribe, with the one stream it has at most. */
final class Subscriber {

    private final String region;
    private final ShippingMeters.ToRegion meters;
    private ShippingStream stream;
    private long shippedSequence;
    private String lastError;

    Subscriber(String region, ShippingMeters.ToRegion meters) {
        this.region = region;
        this.meters = meters;
    }

    ShippingMeters.ToRegion meters() {
        return meters;
    }

    /** The new stream takes the place of the old one, which may be a half-open link that nobody noticed yet. */
    void begin(ShippingStream next) {
        ShippingStream old;
        synchronized (this) {
            old = stream;
            stream = next;
            shippedSequence = next.shippedSequence();
            lastError = null;
        }
        if (old != null) {
            old.end(Status.ABORTED.withDescription("a newer connection of region " + region + " took its place"));
        }
    }

    /** @param error why, null when the subscriber went in peace */
    synchronized void ended(ShippingStream ended, String error) {
        if (ended == stream) {
            shippedSequence = stream.shippedSequence();
            stream = null;
            lastError = error;
        }
    }

    synchronized void refused(String sentence) {
        if (stream == null) {
            lastError = sentence;
        }
    }

    synchronized ShippingStream stream() {
        return stream;
    }

    synchronized PeerStatus status(ChangeLog log) {
        long acknowledged = log.acknowledged(region);
        long backlog = log.lastSequence() - Math.max(acknowledged, log.firstSequence() - 1);
        return new PeerStatus(region, stream != null, stream == null ? shippedSequence : stream.shippedSequence(),
                acknowledged, backlog, lastError);
    }
}
