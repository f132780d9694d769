package io.rowmesh.schema;

/**
 * The steps in the life of a row change, in order (docs/architecture.md). Each is announced where it happens, so that a
 * test can end the process exactly there: {@code -Drowmesh.halt-at=SYNCED:3} halts at the third time the step is reached,
 * as if the machine had lost power.
 */
public enum Step {
    /** The capture has a whole transaction of the local log. */
    CAPTURED,
    /** Its local deletes are recorded as tombstones. */
    REASSERTED,
    /** It stands in the change log, not yet durable. */
    APPENDED,
    /** It is durable in the change log. */
    SYNCED,
    /** The slot may move past it. */
    CONFIRMED,
    /** It was handed to the stream to a region. */
    SHIPPED,
    /** A region has begun to receive it. */
    RECEIVED,
    /** Its target transaction has begun with the progress it makes, not committed. */
    PROGRESS_WRITTEN,
    /** The local clock is past its timestamp. */
    APPLY_BEGUN,
    /** Its rows are written, not committed. */
    ROWS_WRITTEN,
    /** Its target transaction is committed. */
    COMMITTED,
    /** It was acknowledged to its origin as durable. */
    ACKNOWLEDGED,
    /** The origin has trimmed it from the change log. */
    TRIMMED;

    private static final String[] HALT_AT = System.getProperty("rowmesh.halt-at", "").split(":");
    private static final Step HALT_STEP = HALT_AT[0].isEmpty() ? null : valueOf(HALT_AT[0]);
    private static final java.util.concurrent.atomic.AtomicLong LEFT =
            new java.util.concurrent.atomic.AtomicLong(HALT_AT.length > 1 ? Long.parseLong(HALT_AT[1]) : 1);

    /** Announces that this step was reached. */
    public void reached() {
        if (this == HALT_STEP && LEFT.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(137);
        }
    }
}
