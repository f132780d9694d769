package io.rowmesh.applier.receive;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.rowmesh.schema.stream.Protocol;
import io.rowmesh.schema.wire.FromOrigin;
import io.rowmesh.schema.wire.FromSubscriber;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Messages received and not yet consumed. Bounded, because no more than {@link #DEPTH} are ever asked for ahead. */
final class Inbox implements ClientResponseObserver<FromSubscriber, FromOrigin> {

    /** Messages under way and in the queue: about 1 MiB, which keeps a link of 80 ms and 100 Mbit/s busy. */
    private static final int DEPTH = 8;

    private sealed interface Item {
    }

    private record Message(FromOrigin message) implements Item {
    }

    /** The last item there is. */
    private record Broken(Throwable cause) implements Item {
    }

    private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private volatile ClientCallStreamObserver<FromSubscriber> call;
    /** When a message came or was taken last: with the consumer waiting, nothing since then means silence. */
    private volatile long quietSinceNanos = System.nanoTime();

    @Override
    public void beforeStart(ClientCallStreamObserver<FromSubscriber> begun) {
        begun.disableAutoRequestWithInitial(DEPTH);
        call = begun;
    }

    /** One message was consumed: the origin may send one more. */
    void consumed() {
        call.request(1);
    }

    /**
     * The next message, null when none came in time.
     *
     * @throws Ended when there will be no more; an origin silent for {@link Protocol#MAX_SILENCE} counts as gone
     */
    FromOrigin take(Duration timeout) throws Ended, InterruptedException {
        long silence = quietSinceNanos + Protocol.MAX_SILENCE.toNanos() - System.nanoTime();
        Item item = items.poll(Math.max(0, Math.min(timeout.toNanos(), silence)), TimeUnit.NANOSECONDS);
        if (item instanceof Message message) {
            quietSinceNanos = System.nanoTime();
            return message.message();
        }
        if (item instanceof Broken broken) {
            items.add(broken);
            throw new Ended(broken.cause());
        }
        if (System.nanoTime() - quietSinceNanos >= Protocol.MAX_SILENCE.toNanos()) {
            throw new Ended(null);
        }
        return null;
    }

    @Override
    public void onNext(FromOrigin message) {
        quietSinceNanos = System.nanoTime();
        items.add(new Message(message));
    }

    @Override
    public void onError(Throwable cause) {
        items.add(new Broken(cause));
    }

    @Override
    public void onCompleted() {
        items.add(new Broken(new IllegalStateException("the origin ended it")));
    }

    /** No more messages; the cause is null after too long a silence. */
    static final class Ended extends Exception {
        Ended(Throwable cause) {
            super(cause);
        }
    }
}
