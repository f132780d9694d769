package io.rowmesh.agent.capture;

/**
 * How the capture is doing.
 *
 * @param lastError            one sentence on why it waits or failed, or why it last started over; null when all is well
 * @param lastSequence         last transaction that is durable in the change log
 * @param lastPosition         its end in the database's log (LSN)
 * @param capturedTransactions since this process started
 * @param lastCommitMicros     commit timestamp of the last captured transaction, microseconds since 1970-01-01 UTC; 0 before
 */
public record CaptureStatus(State state, String lastError, long lastSequence, long lastPosition, long capturedTransactions,
                            long lastCommitMicros) {

    public enum State {
        /** Looks at the slot, or opens the replication stream. */
        STARTING,
        /** Reads the log. */
        RUNNING,
        /** Will go on by itself: the database is away, or the change log is full. */
        WAITING,
        /** Needs a person; lastError says what to do. It is tried again every half minute. */
        FAILED,
        /** Was stopped. */
        STOPPED
    }
}
