package io.rowmesh.agent.ship;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.log.ChangeLogException;
import io.rowmesh.agent.ship.LogCursor.Parcel;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.stream.Protocol;
import io.rowmesh.schema.wire.Acknowledge;
import io.rowmesh.schema.wire.Batch;
import io.rowmesh.schema.wire.FromOrigin;
import io.rowmesh.schema.wire.Welcome;

import java.util.Collection;
import java.util.List;

/**
 * A stream to one subscriber: a thread that reads the change log as fast as the connection takes it, and no faster, so that a
 * slow region costs disk and not memory. All calls on the connection go through this object's monitor; gRPC's observers are
 * for one thread at a time.
 */
final class ShippingStream {

    /** Below this, compressing a message costs more than it saves. */
    private static final int COMPRESS_FROM_BYTES = 256;

    private final String region;
    private final StartPosition start;
    private final ChangeLog log;
    private final Subscriber subscriber;
    private final ServerCallStreamObserver<FromOrigin> connection;
    private final ShippingOptions options;
    private final LogCursor cursor;
    private final Thread reader;
    private volatile long shippedSequence;
    private boolean ended;

    ShippingStream(String region, StartPosition start, ChangeLog log, Subscriber subscriber,
                   ServerCallStreamObserver<FromOrigin> connection, ShippingOptions options) {
        this.region = region;
        this.start = start;
        this.log = log;
        this.subscriber = subscriber;
        this.connection = connection;
        this.options = options;
        this.cursor = new LogCursor(log, start.after());
        this.shippedSequence = start.after();
        this.reader = new Thread(this::run, "ship-to-" + region);
        this.reader.setDaemon(true);
    }

    void begin() {
        reader.start();
    }

    long shippedSequence() {
        return shippedSequence;
    }

    private void run() {
        try {
            Welcome welcome = Welcome.newBuilder().setRegion(log.origin()).setProtocol(Protocol.VERSION)
                    .setEpoch(start.epoch()).setLastSequence(log.lastSequence()).addAllRules(options.tables().rules().toWire())
                    .addAllTables(options.tables().shapesToWire()).setFenced(options.fenced().test(region)).build();
            send(FromOrigin.newBuilder().setWelcome(welcome).build());
            while (awaitReady()) {
                boolean more = log.awaitBeyond(shippedSequence, Protocol.SIGN_OF_LIFE);
                Parcel parcel = more ? cursor.next() : cursor.signOfLife();
                // Read first, asked second: a log cleared in between cannot slip another epoch's transactions in here.
                if (log.epoch() != start.epoch()) {
                    endOfEpoch();
                } else {
                    ship(parcel);
                }
            }
        } catch (ChangeLogException e) {
            failed(e);
        } catch (RuntimeException e) {
            end(Status.INTERNAL.withDescription("shipping to " + region + " failed: " + e).withCause(e));
        }
    }

    /** What is missing because the epoch ended is no loss. */
    private void failed(ChangeLogException e) {
        if (log.epoch() != start.epoch()) {
            endOfEpoch();
        } else {
            end(Status.DATA_LOSS.withDescription(e.getMessage()).withCause(e));
        }
    }

    private void endOfEpoch() {
        end(Status.ABORTED.withDescription("epoch " + start.epoch() + " of " + log.origin() + " ended; subscribe again"));
    }

    private void ship(Parcel parcel) {
        long sequence = cursor.sequence();
        // Before it is on the way: its acknowledgement may be quicker than this thread.
        long before = shippedSequence;
        shippedSequence = sequence;
        if (send(FromOrigin.newBuilder().setBatch(batch(parcel)).build())) {
            subscriber.meters().shipped(parcel);
            for (long shipped = before; shipped < sequence; shipped++) {
                Step.SHIPPED.reached();
            }
        }
    }

    private Batch batch(Parcel parcel) {
        return options.fenced().test(region) ? parcel.batch().toBuilder().setFenced(true).build() : parcel.batch();
    }

    private synchronized boolean send(FromOrigin message) {
        if (!ended) {
            connection.setMessageCompression(message.getSerializedSize() >= COMPRESS_FROM_BYTES);
            connection.onNext(message);
        }
        return !ended;
    }

    /** Waits until the connection takes more; false once the stream ended. */
    private synchronized boolean awaitReady() {
        try {
            while (!ended && !connection.isReady()) {
                wait();
            }
        } catch (InterruptedException e) {
            // Only end() interrupts.
            return false;
        }
        return !ended;
    }

    /** The connection takes more. */
    synchronized void ready() {
        notifyAll();
    }

    /** Keeps the acknowledgement, and trims the change log to what all peers have. */
    void acknowledged(Acknowledge message, Collection<String> peers) {
        if (message.getEpoch() != start.epoch() || message.getSequence() > shippedSequence) {
            end(Status.INVALID_ARGUMENT.withDescription("region " + region + " acknowledged transaction " + message.getSequence()
                    + " of epoch " + message.getEpoch() + ", which this stream never carried"));
            return;
        }
        try {
            log.acknowledge(region, message.getEpoch(), message.getSequence());
            log.trimToAcknowledged(peers);
        } catch (ChangeLogException e) {
            failed(e);
        }
    }

    /** Ends the stream and says why to the subscriber. */
    void end(Status status) {
        if (becomeEnded()) {
            synchronized (this) {
                if (status.isOk()) {
                    connection.onCompleted();
                } else {
                    connection.onError(status.asRuntimeException());
                }
            }
            subscriber.ended(this, status.getDescription());
        }
    }

    /** The connection is gone already. */
    void lost() {
        if (becomeEnded()) {
            subscriber.ended(this, "the connection to region " + region + " was lost");
        }
    }

    private synchronized boolean becomeEnded() {
        boolean first = !ended;
        ended = true;
        notifyAll();
        reader.interrupt();
        return first;
    }

    /** Waits until its thread is gone. */
    void join() {
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
