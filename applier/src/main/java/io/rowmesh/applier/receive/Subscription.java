package io.rowmesh.applier.receive;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;
import io.rowmesh.schema.stream.Protocol;
import io.rowmesh.schema.wire.Acknowledge;
import io.rowmesh.schema.wire.FromOrigin;
import io.rowmesh.schema.wire.FromSubscriber;
import io.rowmesh.schema.wire.Piece;
import io.rowmesh.schema.wire.ShippingGrpc;
import io.rowmesh.schema.wire.Subscribe;
import io.rowmesh.schema.wire.Welcome;

import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * One connection to an origin. {@link #next} is for one thread; {@link #acknowledge} and {@link #close} are for any. Once it
 * threw, it is of no more use: close it and open another from the present progress.
 */
public final class Subscription implements AutoCloseable {

    private final StreamOptions options;
    private final ManagedChannel channel;
    private final Inbox inbox = new Inbox();
    private final StreamCheck check;
    private final StreamObserver<FromSubscriber> out;
    /** Of the batch being consumed; null when the next message must be awaited. */
    private Iterator<Piece> pieces = Collections.emptyIterator();
    private boolean batchTaken;
    private StreamException failure;
    private volatile boolean closed;
    private volatile long originLast;
    private volatile boolean fencedThere;

    Subscription(StreamOptions options, ManagedChannel channel, int epoch, long afterSequence) {
        this.options = options;
        this.channel = channel;
        this.check = new StreamCheck(options.region(), options.origin(), epoch, afterSequence);
        this.out = ShippingGrpc.newStub(channel).stream(inbox);
        out.onNext(FromSubscriber.newBuilder().setSubscribe(Subscribe.newBuilder().setRegion(options.region())
                .setProtocol(Protocol.VERSION).setEpoch(epoch).setAfterSequence(afterSequence)
                .addAllRules(options.tables().rules().toWire()).addAllTables(options.tables().shapesToWire())).build());
    }

    /**
     * The next event, null when none came in time.
     *
     * @throws StreamException when the stream broke, was refused, or the origin sent what cannot be right
     */
    public Event next(Duration timeout) {
        if (failure != null) {
            throw failure;
        }
        try {
            return await(System.nanoTime() + timeout.toNanos());
        } catch (Inbox.Ended e) {
            failure = ended(e.getCause());
        } catch (StreamException e) {
            failure = e;
        } catch (IllegalArgumentException e) {
            failure = new StreamException(options.named() + " sent what cannot be read: " + e.getMessage(), false, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = new StreamException("receiving from " + options.named() + " was interrupted", false, e);
        }
        throw failure;
    }

    private Event await(long deadlineNanos) throws Inbox.Ended, InterruptedException {
        while (!pieces.hasNext()) {
            if (batchTaken) {
                batchTaken = false;
                inbox.consumed();
            }
            FromOrigin message = inbox.take(Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime())));
            if (message == null) {
                if (System.nanoTime() - deadlineNanos >= 0) {
                    return null;
                }
                continue;
            }
            batchTaken = true;
            if (message.hasWelcome()) {
                check.welcome(message.getWelcome(), Protocol.VERSION);
                Welcome welcome = message.getWelcome();
                options.tables().refusesFrom(options.origin(), welcome.getRulesList(), welcome.getTablesList()).ifPresent(difference -> {
                    throw new StreamException(difference, true, null);
                });
                originLast = message.getWelcome().getLastSequence();
                fencedThere = message.getWelcome().getFenced();
                return new Event.Welcomed(message.getWelcome().getEpoch(), message.getWelcome().getLastSequence());
            }
            originLast = message.getBatch().getLastSequence();
            fencedThere = message.getBatch().getFenced();
            // An empty batch is a sign of life.
            pieces = message.getBatch().getPiecesList().iterator();
        }
        return event(pieces.next());
    }

    private Event event(Piece piece) {
        return switch (piece.getPieceCase()) {
            case BEGIN -> {
                TransactionHeader header = WireCodec.decode(piece.getBegin());
                check.begin(header);
                Step.RECEIVED.reached();
                yield new Event.Begin(header);
            }
            case CHUNK -> {
                List<RowChange> changes = WireCodec.decodeChunk(piece.getChunk().toByteArray());
                check.rows(changes.size());
                yield new Event.Rows(changes);
            }
            case END -> {
                check.end(piece.getEnd());
                yield new Event.End(piece.getEnd());
            }
            case PIECE_NOT_SET -> throw StreamException.broken(options.named() + " sent a piece of a kind this release does not know");
        };
    }

    /** Whether the origin says that it has fenced this region: what is written here is not applied there. */
    public boolean fencedThere() {
        return fencedThere;
    }

    /** The last transaction that the origin is known to have. */
    public long originLast() {
        return originLast;
    }

    /**
     * Tells the origin that everything up to a sequence is durable in this region's database.
     *
     * @throws StreamException when the stream is gone
     */
    public void acknowledge(int epoch, long sequence) {
        FromSubscriber message = FromSubscriber.newBuilder()
                .setAcknowledge(Acknowledge.newBuilder().setEpoch(epoch).setSequence(sequence)).build();
        try {
            synchronized (out) {
                out.onNext(message);
            }
        } catch (IllegalStateException e) {
            // gRPC's word for a call that is over.
            throw new StreamException("transaction " + sequence + " cannot be acknowledged to " + options.named()
                    + ": the stream is over", false, e);
        }
        Step.ACKNOWLEDGED.reached();
    }

    private StreamException ended(Throwable cause) {
        if (closed) {
            return new StreamException("the stream from " + options.named() + " is closed", false, cause);
        }
        if (cause == null) {
            return StreamException.broken("nothing was heard from " + options.named() + " for "
                    + Protocol.MAX_SILENCE.toSeconds() + " s; the link is taken for dead");
        }
        Status status = Status.fromThrowable(cause);
        boolean refused = switch (status.getCode()) {
            case FAILED_PRECONDITION, PERMISSION_DENIED, UNIMPLEMENTED, INVALID_ARGUMENT, DATA_LOSS -> true;
            default -> false;
        };
        return new StreamException((refused ? options.named() + " refused: " : "the stream from " + options.named() + " broke: ")
                + reason(status, cause), refused, cause);
    }

    /** What the origin said; for what happened below gRPC, the innermost cause, which names it. */
    private static String reason(Status status, Throwable cause) {
        Throwable inner = status.getCause() == null ? cause.getCause() : status.getCause();
        while (inner != null && inner.getCause() != null) {
            inner = inner.getCause();
        }
        String said = status.getDescription() == null ? cause.getMessage() : status.getDescription();
        return inner == null || inner.getMessage() == null ? said : said + " (" + inner.getMessage() + ")";
    }

    @Override
    public void close() {
        closed = true;
        channel.shutdownNow();
    }
}
