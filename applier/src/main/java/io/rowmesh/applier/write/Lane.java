package io.rowmesh.applier.write;

import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.applier.fence.FencedException;
import io.rowmesh.applier.fence.Fences;
import io.rowmesh.applier.receive.Event;
import io.rowmesh.applier.receive.OriginStream;
import io.rowmesh.applier.receive.StreamException;
import io.rowmesh.applier.receive.Subscription;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Applies one origin's transactions, in their order, for as long as the node lives: one thread, one stream, one connection.
 * Any fault ends the stream and the connection; a moment later both are made anew and continue from the progress in the
 * database. A transaction is applied exactly once, however often that happens.
 */
public final class Lane implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final Duration IDLE_WAIT = Duration.ofMillis(500);
    private static final Duration ACK_WAIT = Duration.ofMillis(20);
    private static final Duration PIECE_WAIT = Duration.ofSeconds(30);
    private static final long BACKOFF_MIN_MILLIS = 100;
    private static final long BACKOFF_MAX_MILLIS = 5_000;
    private static final String OLD_ROWS_FIRST = "rows that are too old to be compared are written anew first";

    private final String origin;
    private final OriginStream stream;
    private final RegionSessions sessions;
    private final ApplierOptions options;
    private final LaneShare share;
    private final CausalGate gate;
    private final LaneCounters counters;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    private volatile LaneStatus.State state = LaneStatus.State.CONNECTING;
    private volatile String lastError;
    private volatile String historyRefused;
    private volatile Progress progress = Progress.NONE;
    private volatile long originLast;
    /** Whether the origin has fenced this region. */
    private volatile boolean fencedThere;
    /** The sequence of a streamed transaction in which the database refused a row: careful the next time. */
    private long carefulSequence = -1;
    private long backoffMillis = BACKOFF_MIN_MILLIS;

    public Lane(String origin, OriginStream stream, RegionSessions sessions, ApplierOptions options, LaneShare share,
                MeterRegistry registry) {
        this.origin = origin;
        this.stream = stream;
        this.sessions = sessions;
        this.options = options;
        this.share = share;
        this.gate = new CausalGate(options, share.applied());
        this.counters = new LaneCounters(registry, origin, gate);
        this.thread = new Thread(this::run, "apply-" + origin);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!stopped()) {
                connectAndFollow();
                pause();
            }
        } finally {
            state = LaneStatus.State.STOPPED;
        }
    }

    private void connectAndFollow() {
        if (share.oldRowsFirst().getAsBoolean()) {
            awaitOldRows();
            return;
        }
        // A lane that failed before goes on waiting until it runs again.
        state = lastError == null ? LaneStatus.State.CONNECTING : LaneStatus.State.WAITING;
        try (LaneWriter writer = LaneWriter.connect(origin, sessions, options, share.locks(), share.index(), share.marks(),
                share.versions(), share.ahead())) {
            progress = writer.progress();
            share.applied().tell(origin, progress.epoch(), progress.sequence());
            gate.connected();
            writer.retryParked(this::retried);
            try (Subscription subscription = stream.open(progress.epoch(), progress.sequence())) {
                follow(subscription, writer);
            }
        } catch (SQLException | StreamException | ClockSkewException | FencedException e) {
            failed(e);
        } catch (RuntimeException | Error e) {
            // An Error too: a lane that is gone would be worse than one that tries again and says why.
            LOG.error("applying from {} failed unexpectedly", origin, e);
            failed(e);
        }
    }

    /** Most databases have none, which is known a moment after the start. */
    private void awaitOldRows() {
        if (backoffMillis >= BACKOFF_MAX_MILLIS) {
            state = LaneStatus.State.WAITING;
            lastError = OLD_ROWS_FIRST;
        }
    }

    private void failed(Throwable e) {
        gate.connected();
        if (!stopped()) {
            state = LaneStatus.State.WAITING;
            if (!String.valueOf(e.getMessage()).equals(lastError)) {
                LOG.warn("applying from {}: {}", origin, e.getMessage());
            }
            lastError = e instanceof Error ? String.valueOf(e) : String.valueOf(e.getMessage());
        }
    }

    private void follow(Subscription subscription, LaneWriter writer) throws SQLException {
        while (!stopped()) {
            Event event = subscription.next(writer.waitsForDisk() ? ACK_WAIT : IDLE_WAIT);
            if (event instanceof Event.Welcomed welcome) {
                welcomed(welcome);
            } else if (event instanceof Event.Begin begin) {
                if (!awaitSeen(begin.header(), subscription, writer)) {
                    return;
                }
                applied(begin.header(), apply(begin.header(), subscription, writer));
            } else if (event != null) {
                throw StreamException.broken("region " + origin + " sent rows outside a transaction");
            }
            originLast = subscription.originLast();
            fencedThere = subscription.fencedThere();
            acknowledge(subscription, writer);
            writer.retryParked(this::retried);
        }
    }

    private void retried(Outcome outcome) {
        historyTold(outcome);
        counters.retried(outcome);
    }

    private void welcomed(Event.Welcomed welcome) {
        // After a fault it counts as running only when something could be applied again: a heartbeat at the latest.
        state = lastError == null ? LaneStatus.State.RUNNING : LaneStatus.State.WAITING;
        LOG.info("following {} from {} of its epoch {}", origin, progress.sequence() + 1, welcome.epoch());
    }

    /** @return false when the lane is stopping */
    private boolean awaitSeen(TransactionHeader header, Subscription subscription, LaneWriter writer) throws SQLException {
        while (!gate.open(header, writer::progressOf, IDLE_WAIT)) {
            if (stopped()) {
                return false;
            }
            originLast = subscription.originLast();
            acknowledge(subscription, writer);
        }
        return true;
    }

    private Outcome apply(TransactionHeader header, Subscription subscription, LaneWriter writer) throws SQLException {
        if (header.origin().equals(options.region()) || !header.origin().equals(origin)) {
            throw StreamException.broken("region " + origin + " sent a transaction of " + header.origin()
                    + "; a change is shipped by its origin only");
        }
        try (Fences.Passage passage = share.fences().pass(origin)) {
            return header.chunks() <= 1 ? applyWhole(header, subscription, writer) : applyInPieces(header, subscription, writer);
        }
    }

    private Outcome applyWhole(TransactionHeader header, Subscription subscription, LaneWriter writer) throws SQLException {
        List<RowChange> changes = new ArrayList<>();
        for (List<RowChange> piece = nextPiece(subscription); piece != null; piece = nextPiece(subscription)) {
            gate.requireDeclared(header, piece);
            changes.addAll(piece);
        }
        return writer.apply(header, changes);
    }

    /** A large transaction flows into the database as it arrives, in constant memory, while nobody else writes a key. */
    private Outcome applyInPieces(TransactionHeader header, Subscription subscription, LaneWriter writer) throws SQLException {
        try {
            writer.begin(header, header.sequence() == carefulSequence);
            for (List<RowChange> piece = nextPiece(subscription); piece != null; piece = nextPiece(subscription)) {
                gate.requireDeclared(header, piece);
                writer.write(piece);
            }
            return writer.finish(header);
        } catch (SQLException e) {
            if (SqlFaults.remedy(e) == SqlFaults.Remedy.PARK_ROW) {
                carefulSequence = header.sequence();
            }
            throw e;
        }
    }

    /** The next rows of the transaction that is open, null at its end. */
    private List<RowChange> nextPiece(Subscription subscription) {
        Event event = subscription.next(PIECE_WAIT);
        if (event == null) {
            throw StreamException.broken("region " + origin + " stopped sending in the middle of a transaction");
        }
        if (event instanceof Event.Rows rows) {
            return rows.changes();
        }
        if (event instanceof Event.End) {
            return null;
        }
        throw StreamException.broken("region " + origin + " began a transaction inside another");
    }

    private void applied(TransactionHeader header, Outcome outcome) {
        progress = progress.after(header);
        share.applied().tell(origin, header.epoch(), header.sequence());
        backoffMillis = BACKOFF_MIN_MILLIS;
        state = LaneStatus.State.RUNNING;
        lastError = null;
        historyTold(outcome);
        counters.committed(header, outcome, Micros.now());
    }

    private void historyTold(Outcome outcome) {
        if (outcome.historyRefused != null && historyRefused == null) {
            LOG.warn("conflicts with {} are not kept: {}", origin, outcome.historyRefused);
        }
        if (!outcome.history.isEmpty()) {
            historyRefused = outcome.historyRefused;
        }
    }

    private static void acknowledge(Subscription subscription, LaneWriter writer) throws SQLException {
        SeenMark durable = writer.newlyDurable();
        if (durable != null) {
            subscription.acknowledge(durable.epoch(), durable.sequence());
        }
    }

    /** What a person should know when the origin has fenced this region. */
    public Optional<String> fencedThere() {
        return !fencedThere ? Optional.empty() : Optional.of("region " + origin + " has fenced this region: nothing of it arrived there for"
                + " longer than max-silence, and what is written here does not reach " + origin + " until this region was loaded again and"
                + " `rowmesh fence lift` was run there");
    }

    public LaneStatus status() {
        Progress now = progress;
        long staleness = now.commitMicros() == Version.NONE_MICROS ? -1 : Math.max(0, Micros.now() - now.commitMicros()) / 1_000;
        String holding = gate.holding();
        return new LaneStatus(origin, state(holding != null), now.epoch(), now.sequence(),
                Math.max(0, originLast - now.sequence()), staleness, holding != null ? holding : lastError, (long) counters.transactions.count(),
                (long) counters.rows.count(), (long) counters.skipped.count(), (long) counters.parked.count(),
                historyRefused, counters.conflicts());
    }

    private LaneStatus.State state(boolean held) {
        if (!thread.isAlive()) {
            return LaneStatus.State.STOPPED;
        }
        return held ? LaneStatus.State.HELD : state;
    }

    private boolean stopped() {
        return stopping.getCount() == 0;
    }

    private void pause() {
        try {
            if (stopping.await(backoffMillis, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        backoffMillis = Math.min(BACKOFF_MAX_MILLIS, backoffMillis * 2);
    }

    /** Ends within seconds; a transaction under way is rolled back and comes again. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            thread.join(3_000);
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(3_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
