package io.rowmesh.agent.capture;

import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.SeenMark;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * Captures the local database's own writes into the change log, whole transactions in commit order. One thread supervises: it
 * checks slot and epoch, runs one Debezium engine, and after any failure makes a new one that begins at the slot again.
 */
public final class PostgresCapture implements Capture {

    private final CaptureOptions options;
    private final ChangeLog log;
    private final LocalWrites localWrites;
    private final LongFunction<List<SeenMark>> seenAt;
    private final CaptureMetrics metrics;
    private final Supervisor supervisor;

    private volatile EngineRun engine;

    /** @param seenAt what was applied here from other regions by the time the local log had reached a position (LSN) */
    public PostgresCapture(CaptureOptions options, ChangeLog log, LocalWrites localWrites, LongFunction<List<SeenMark>> seenAt,
                           MeterRegistry registry) {
        this.options = options;
        this.log = log;
        this.localWrites = localWrites;
        this.seenAt = seenAt;
        this.metrics = new CaptureMetrics(registry);
        this.supervisor = new Supervisor("capture of region " + options.region(), "capture-" + options.region(), log::lastSequence,
                new Supervisor.Source() {
                    @Override
                    public void run() throws SQLException {
                        runOnce();
                    }

                    @Override
                    public boolean close() {
                        return closeEngine();
                    }
                });
    }

    @Override
    public void start() {
        supervisor.start();
    }

    @Override
    public CaptureStatus status() {
        Supervisor.View view = supervisor.view();
        return new CaptureStatus(view.state(), view.error(), log.lastSequence(), log.lastPosition(), metrics.transactions(),
                metrics.lastCommitMicros());
    }

    @Override
    public void stop() {
        supervisor.stop();
    }

    private boolean closeEngine() {
        EngineRun running = engine;
        if (running == null) {
            return false;
        }
        if (running.isShutDown()) {
            return true;
        }
        running.close();
        return false;
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
                    new AbsentValues(connection)::complete, metrics);
            engine = new EngineRun(options, new BatchHandler(log, assembly, tables, localWrites, applied, () -> supervisor.awaitRoom(log)),
                    supervisor::opened);
            if (!supervisor.isStopping()) {
                engine.run();
            }
        } finally {
            engine = null;
        }
    }
}
