package io.rowmesh.agent.capture;

import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.SeenMark;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Captures the local database's own writes into the change log, whole transactions in commit order. One thread supervises: it
 * checks slot and epoch, runs one Debezium engine, and after any failure makes a new one that begins at the slot again.
 */
public final class PostgresCapture {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresCapture.class);
    /** Whoever puts right what was refused need not restart the node. */
    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration ROOM_POLL = Duration.ofMillis(100);

    private static final String ENDED = "the capture's thread has ended: look for its error in the node's log, and restart the node";

    private final CaptureOptions options;
    private final ChangeLog log;
    private final LocalWrites localWrites;
    private final LongFunction<List<SeenMark>> seenAt;
    private final CaptureMetrics metrics;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread supervisor;

    private final CaptureHealth health = new CaptureHealth();
    private volatile EngineRun engine;

    /** @param seenAt what was applied here from other regions by the time the local log had reached a position (LSN) */
    public PostgresCapture(CaptureOptions options, ChangeLog log, LocalWrites localWrites, LongFunction<List<SeenMark>> seenAt,
                           MeterRegistry registry) {
        this.options = options;
        this.log = log;
        this.localWrites = localWrites;
        this.seenAt = seenAt;
        this.metrics = new CaptureMetrics(registry);
        this.supervisor = new Thread(this::supervise, "capture-" + options.region());
        this.supervisor.setDaemon(true);
    }

    /** Returns at once; {@link #status} tells how it goes. */
    public void start() {
        supervisor.start();
    }

    public CaptureStatus status() {
        if (supervisor.getState() == Thread.State.TERMINATED) {
            ended();
        }
        CaptureHealth.View view = health.view(log.lastSequence(), System.nanoTime());
        return new CaptureStatus(view.state(), view.error(), log.lastSequence(), log.lastPosition(), metrics.transactions(),
                metrics.lastCommitMicros());
    }

    /** Ends within seconds; what is not durable in the change log by then is delivered again at the next start. */
    public void stop() {
        stopping.countDown();
        try {
            while (supervisor.isAlive()) {
                EngineRun running = engine;
                if (running != null && running.isShutDown()) {
                    supervisor.join(GRACE.toMillis());
                    supervisor.interrupt();
                } else if (running != null) {
                    running.close();
                }
                supervisor.join(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void supervise() {
        try {
            while (!isStopping()) {
                attempt();
            }
        } finally {
            ended();
        }
    }

    /** An Error is a failure like any other: what an engine held is free when it has ended, so the next may do better. */
    private void attempt() {
        try {
            health.starting();
            runOnce();
        } catch (CaptureRefused e) {
            refused(e.getMessage());
        } catch (Throwable e) {
            startOver(e);
        }
    }

    /** Whatever ended the thread, it never looks alive afterwards. */
    private void ended() {
        health.ended(isStopping() ? null : ENDED);
    }

    private void refused(String sentence) {
        if (health.refused(sentence, log.lastSequence())) {
            LOG.error("capture of region {} cannot run: {}", options.region(), sentence);
        }
        sleep(REFUSED_PAUSE);
    }

    private void startOver(Throwable failure) {
        if (isStopping()) {
            return;
        }
        String sentence = sentence(failure);
        Duration pause = health.failed(sentence, log.lastSequence(), System.nanoTime());
        LOG.warn("capture of region {} starts over in {} ms: {}", options.region(), pause.toMillis(), sentence);
        LOG.debug("capture of region {} failed with", options.region(), failure);
        sleep(pause);
    }

    /** An Error's message alone, such as the name of a class, tells nobody what happened. */
    private static String sentence(Throwable failure) {
        if (failure instanceof SQLException) {
            return "the database cannot be asked: " + failure.getMessage();
        }
        return failure instanceof Error || failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /** Returns when the engine was closed on purpose. */
    private void runOnce() throws SQLException {
        try (Connection connection = options.database().connect()) {
            log.discardUnsynced();
            new CaptureStart(connection, options, log).prepare();
            metrics.started();
            localWrites.onStart().run();
            CapturedTables tables = new CapturedTables(connection, Set.copyOf(options.tables()));
            AppliedTransactions applied = new AppliedTransactions(options.exactSeen() ? log.seenAtEnd() : null, seenAt);
            TransactionAssembly assembly = new TransactionAssembly(options.region(), log, localWrites, applied, options.deciding(), options.counting(),
                    new AbsentValues(connection), metrics);
            engine = new EngineRun(options, new BatchHandler(log, assembly, tables, localWrites, applied, this::awaitRoom),
                    () -> health.opened(System.nanoTime()));
            if (!isStopping()) {
                engine.run();
            }
        } finally {
            engine = null;
        }
    }

    /** Until other regions have taken what the change log holds, the rest waits in the database's own log. */
    private void awaitRoom() {
        if (!log.full()) {
            return;
        }
        String sentence = "the change log is full (" + log.sizeBytes() + " bytes): it waits for the regions that have not taken its"
                + " content; bring them back, remove them, or allow it more";
        LOG.warn("capture of region {} waits: {}", options.region(), sentence);
        health.full(sentence);
        while (log.full()) {
            if (sleep(ROOM_POLL)) {
                throw new CaptureException("stopped while the change log was full");
            }
        }
        health.roomAgain();
    }

    /** @return whether the capture is stopping */
    private boolean sleep(Duration duration) {
        try {
            return stopping.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CaptureException("interrupted", e);
        }
    }
}
