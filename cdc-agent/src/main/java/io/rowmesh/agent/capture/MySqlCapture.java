package io.rowmesh.agent.capture;

import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.binlog.BinlogStream;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * Captures a MySQL server's own writes into the change log, whole transactions in the order of its binary log: what
 * {@link PostgresCapture} is for PostgreSQL. After any failure a new stream begins behind what is durable in the change log.
 */
public final class MySqlCapture implements Capture {

    /** Only last-write-wins is offered on MySQL, and that decides nothing by what was seen. */
    private static final Predicate<TableId> NO_TABLE = table -> false;

    private final MySqlOptions options;
    private final ChangeLog log;
    private final LocalWrites localWrites;
    private final LongFunction<List<SeenMark>> seenAt;
    private final BinlogPositions positions;
    private final CaptureMetrics metrics;
    private final Supervisor supervisor;

    private volatile BinlogStream stream;
    private boolean placesWentBack;

    /**
     * @param seenAt    what was applied here from other regions by the time the local log had reached a position
     * @param positions how places in the log are counted, here and by all who compare theirs with ours; set here
     */
    public MySqlCapture(MySqlOptions options, ChangeLog log, LocalWrites localWrites, LongFunction<List<SeenMark>> seenAt,
                        BinlogPositions positions, MeterRegistry registry) {
        this.options = options;
        this.log = log;
        this.localWrites = localWrites;
        this.seenAt = seenAt;
        this.positions = positions;
        this.metrics = new CaptureMetrics(registry);
        resume(positions, log);
        this.supervisor = new Supervisor("capture of region " + options.region(), "capture-" + options.region(), log::lastSequence,
                new Supervisor.Source() {
                    @Override
                    public void run() throws SQLException {
                        runOnce();
                    }

                    @Override
                    public boolean close() {
                        return closeStream();
                    }
                });
    }

    /** Positions go on where the change log's end. To be called before anybody reads the server's log. */
    public static void resume(BinlogPositions positions, ChangeLog log) {
        if (!log.sourceOffset().isEmpty()) {
            positions.startAt(MySqlOffset.parse(log.sourceOffset()).base());
        }
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

    private boolean closeStream() {
        BinlogStream running = stream;
        if (running != null) {
            running.close();
        }
        return false;
    }

    /** Returns when the stream was closed on purpose. */
    private void runOnce() throws SQLException {
        try (Connection connection = options.database().getConnection()) {
            log.discardUnsynced();
            MySqlStart start = new MySqlStart(connection, options, log);
            MySqlOffset offset = start.prepare(placesWentBack);
            placesWentBack = false;
            positions.startAt(offset.base());
            metrics.started();
            localWrites.onStart().run();
            AppliedTransactions applied = new AppliedTransactions(options.exactSeen() ? log.seenAtEnd() : null, seenAt);
            TransactionAssembly assembly = new TransactionAssembly(options.region(), log, localWrites, applied, NO_TABLE, NO_TABLE,
                    TransactionAssembly.Completion.NONE, metrics);
            MySqlTables tables = new MySqlTables(connection, options.names(), options.tables());
            MySqlTransactions transactions = new MySqlTransactions(log, assembly, tables, localWrites, applied, offset, supervisor);
            stream = new BinlogStream(options.address(), options.serverId(), start.server().foldsNames(), offset.read(), positions, transactions);
            if (!supervisor.isStopping()) {
                stream.run();
            }
        } catch (PlacesWentBack e) {
            placesWentBack = true;
            throw e;
        } finally {
            stream = null;
        }
    }
}
