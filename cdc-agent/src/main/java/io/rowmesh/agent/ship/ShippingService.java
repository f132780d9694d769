package io.rowmesh.agent.ship;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.log.ChangeLogException;
import io.rowmesh.schema.stream.Protocol;
import io.rowmesh.schema.stream.ZstdCodec;
import io.rowmesh.schema.wire.FromOrigin;
import io.rowmesh.schema.wire.FromSubscriber;
import io.rowmesh.schema.wire.ShippingGrpc;
import io.rowmesh.schema.wire.Subscribe;

import java.util.Map;
import java.util.Optional;

/** Who may subscribe, and from where in the change log. */
final class ShippingService extends ShippingGrpc.ShippingImplBase {

    /** Bytes a connection may hold back before it is not ready: enough to keep a long link busy, bounded for each region. */
    private static final int READ_AHEAD_BYTES = 512 << 10;

    private final String origin;
    private final ShippingOptions options;
    private final ChangeLog log;
    private final Map<String, Subscriber> subscribers;

    ShippingService(ShippingOptions options, ChangeLog log, Map<String, Subscriber> subscribers) {
        this.origin = options.region();
        this.options = options;
        this.log = log;
        this.subscribers = subscribers;
    }

    @Override
    public StreamObserver<FromSubscriber> stream(StreamObserver<FromOrigin> out) {
        var connection = (ServerCallStreamObserver<FromOrigin>) out;
        connection.setCompression(ZstdCodec.NAME);
        connection.setOnReadyThreshold(READ_AHEAD_BYTES);
        Inbound inbound = new Inbound(connection, CallerCertificate.name());
        connection.setOnReadyHandler(inbound::ready);
        connection.setOnCancelHandler(inbound::cancelled);
        return inbound;
    }

    /** What comes from one connection; gRPC calls it from one thread at a time. */
    private final class Inbound implements StreamObserver<FromSubscriber> {
        private final ServerCallStreamObserver<FromOrigin> connection;
        private final String certificateName;
        private volatile ShippingStream stream;

        Inbound(ServerCallStreamObserver<FromOrigin> connection, String certificateName) {
            this.connection = connection;
            this.certificateName = certificateName;
        }

        @Override
        public void onNext(FromSubscriber message) {
            switch (message.getMessageCase()) {
                case SUBSCRIBE -> subscribe(message.getSubscribe());
                case ACKNOWLEDGE -> {
                    if (stream != null) {
                        stream.acknowledged(message.getAcknowledge(), subscribers.keySet());
                    }
                }
                case MESSAGE_NOT_SET -> end(Status.INVALID_ARGUMENT.withDescription("a message of a kind " + origin + " does not know"));
            }
        }

        private void subscribe(Subscribe message) {
            try {
                if (stream != null) {
                    throw refuse(Status.INVALID_ARGUMENT, "region " + message.getRegion() + " subscribed twice on one connection");
                }
                Subscriber subscriber = admit(message);
                stream = new ShippingStream(message.getRegion(), start(message), log, subscriber, connection, options);
                subscriber.begin(stream);
                stream.begin();
            } catch (StatusException e) {
                end(e.getStatus());
                Subscriber subscriber = subscribers.get(message.getRegion());
                if (subscriber != null) {
                    subscriber.refused(e.getStatus().getDescription());
                }
            } catch (ChangeLogException e) {
                end(Status.DATA_LOSS.withDescription(e.getMessage()).withCause(e));
            }
        }

        private Subscriber admit(Subscribe message) throws StatusException {
            String region = message.getRegion();
            if (options.tlsOrNull() != null && !region.equals(certificateName)) {
                throw refuse(Status.PERMISSION_DENIED, "the certificate shown to " + origin + " names \"" + certificateName
                        + "\", and the subscriber calls itself " + region + "; give each region its own certificate");
            }
            Subscriber subscriber = subscribers.get(region);
            if (subscriber == null) {
                throw refuse(Status.PERMISSION_DENIED, "region " + region + " is no peer of " + origin + "; list it under peers there");
            }
            if (message.getProtocol() != Protocol.VERSION) {
                throw refuse(Status.FAILED_PRECONDITION, "region " + region + " speaks protocol " + message.getProtocol() + " and "
                        + origin + " speaks " + Protocol.VERSION + "; run the same release in both");
            }
            Optional<String> difference = options.tables().refusedBy(region, message.getRulesList(), message.getTablesList());
            if (difference.isPresent()) {
                throw refuse(Status.FAILED_PRECONDITION, difference.get());
            }
            return subscriber;
        }

        private StartPosition start(Subscribe message) throws StatusException {
            if (message.getEpoch() == log.epoch()) {
                log.withdrawAcknowledged(message.getRegion(), message.getAfterSequence());
            }
            return StartPosition.decide(message.getEpoch(), message.getAfterSequence(),
                    new StartPosition.Holding(origin, log.epoch(), log.firstSequence(), log.lastSequence()));
        }

        private void end(Status status) {
            if (stream != null) {
                stream.end(status);
            } else {
                connection.onError(status.asRuntimeException());
            }
        }

        private void ready() {
            if (stream != null) {
                stream.ready();
            }
        }

        private void cancelled() {
            if (stream != null) {
                stream.lost();
            }
        }

        /** The call broke before or while it was read; the cancel handler says the same. */
        @Override
        public void onError(Throwable broken) {
            cancelled();
        }

        @Override
        public void onCompleted() {
            end(Status.OK);
        }
    }

    private static StatusException refuse(Status status, String sentence) {
        return status.withDescription(sentence).asException();
    }
}
