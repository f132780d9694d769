package io.rowmesh.agent.capture;

/** Captures the region's own writes into the change log. Two implementations: {@link PostgresCapture} and {@link MySqlCapture}. */
public interface Capture {

    /** Returns at once; {@link #status} tells how it goes. */
    void start();

    CaptureStatus status();

    /** Ends within seconds; what is not durable in the change log by then is delivered again at the next start. */
    void stop();
}
