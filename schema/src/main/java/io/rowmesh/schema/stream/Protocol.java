package io.rowmesh.schema.stream;

import java.time.Duration;

/** Numbers both ends of a stream rely on. */
public final class Protocol {

    /** Changes when nodes of the old and the new kind cannot understand each other. */
    public static final int VERSION = 1;

    /**
     * Greatest message on a stream, in bytes. Batches are around {@link #BATCH_BYTES}; only a single row that is larger by
     * itself makes a larger message.
     */
    public static final int MAX_MESSAGE_BYTES = 256 << 20;

    /** An origin fills a batch up to this size, in bytes before compression. */
    public static final int BATCH_BYTES = 128 << 10;

    /** An origin with nothing to send sends an empty batch this often. */
    public static final Duration SIGN_OF_LIFE = Duration.ofSeconds(2);

    /**
     * A subscriber that heard nothing for this long takes the link for dead. HTTP/2 pings alone would take longer: gRPC's
     * clients send them at most every 10 seconds.
     */
    public static final Duration MAX_SILENCE = Duration.ofSeconds(7);

    /** Time between HTTP/2 pings, and how long an answer may take. */
    public static final Duration PING_INTERVAL = Duration.ofSeconds(3);
    public static final Duration PING_TIMEOUT = Duration.ofSeconds(3);

    private Protocol() {
    }
}
