package io.rowmesh.applier.receive;

/** A stream from an origin ended or cannot be trusted; the message is one sentence for people. */
public final class StreamException extends RuntimeException {

    private final boolean refused;

    StreamException(String message, boolean refused, Throwable cause) {
        super(message, cause);
        this.refused = refused;
    }

    public static StreamException broken(String message) {
        return new StreamException(message, false, null);
    }

    /**
     * Whether the origin (or this node) refused for a reason that stays until a person acts: not a peer, wrong certificate, log
     * trimmed or gone back. Otherwise subscribing again from the present progress is the cure.
     */
    public boolean refused() {
        return refused;
    }
}
