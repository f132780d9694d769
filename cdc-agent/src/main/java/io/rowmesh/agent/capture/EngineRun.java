package io.rowmesh.agent.capture;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import org.apache.kafka.connect.source.SourceRecord;

import java.io.IOException;
import java.time.Duration;

/** One engine's life: it reads from the slot until it fails or is closed, and is never used again. */
final class EngineRun {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
    private volatile CaptureException failure;
    private volatile boolean closed;
    private volatile boolean shutDown;

    /** @param onRunning called when the replication stream is open */
    EngineRun(CaptureOptions options, BatchHandler handler, Runnable onRunning) {
        engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(EngineSettings.of(options, START_TIMEOUT.toMillis()))
                .using((success, message, error) -> completed(success, message, error))
                .using(new DebeziumEngine.ConnectorCallback() {
                    @Override
                    public void pollingStarted() {
                        onRunning.run();
                    }
                })
                .notifying(handler)
                .build();
    }

    private void completed(boolean success, String message, Throwable error) {
        if (!success) {
            failure = new CaptureException(sentence(message, error), error);
        }
    }

    /** Debezium wraps what happened several times: our own words if there are any, else the innermost ones. */
    private static String sentence(String message, Throwable error) {
        String innermost = message;
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof CaptureException) {
                return cause.getMessage();
            }
            innermost = cause instanceof Error ? cause.toString() : cause.getMessage() == null ? innermost : cause.getMessage();
        }
        return "the replication stream ended: " + innermost;
    }

    /**
     * Returns when the engine was closed.
     *
     * @throws CaptureException when it ended for any other reason
     */
    void run() {
        engine.run();
        if (closed) {
            return;
        }
        throw failure != null ? failure : new CaptureException("the replication stream ended");
    }

    /** May be called again and again until the engine has ended: while it starts it cannot be closed. */
    void close() {
        closed = true;
        try {
            engine.close();
            shutDown = true;
        } catch (IllegalStateException e) {
            // Still starting, or ending already.
        } catch (IOException e) {
            throw new CaptureException("cannot close the replication stream", e);
        }
    }

    /**
     * Whether everything the engine had is released. Then {@link #run} has nothing left to do but return; in a close that met its
     * start it waits for a task that nobody will run any more, and has to be interrupted.
     */
    boolean isShutDown() {
        return shutDown;
    }
}
