package io.rowmesh.node;

import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.applier.history.HistoryPartitions;
import io.rowmesh.applier.aged.AgedRows;
import io.rowmesh.applier.fence.Fences;
import io.rowmesh.applier.touch.Touching;
import io.rowmesh.applier.write.Heartbeat;
import io.rowmesh.applier.write.TombstoneCollector;
import io.rowmesh.applier.write.VersionsSince;
import io.rowmesh.node.admin.StatusReport;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.impl.DSL;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;

import static io.rowmesh.schema.control.Tables.PARKED;

/** What a node does by the clock: heartbeats, collecting tombstones, and looking at tables and at numbers for the status. */
final class Periodic implements AutoCloseable {

    private static final Duration END_CHECK_EVERY = Duration.ofSeconds(1);
    private static final Duration WATCH_EVERY = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final Duration HISTORY_EVERY = Duration.ofSeconds(10);
    private static final Duration SAMPLE_EVERY = Duration.ofSeconds(60);
    private static final Duration AGEING_EVERY = Duration.ofSeconds(1);
    private static final Duration TOUCH_EVERY = Duration.ofMillis(500);
    /** A number that is older than this is not told any more. */
    private static final Duration STALE_AFTER = LOOK_EVERY.multipliedBy(3);

    private final DataSource pool;
    private final TombstoneCollector collector;
    private final HistoryPartitions partitions;
    private final ChangeLog log;
    private final Repeated beat;
    private final Repeated look;
    private final Repeated collect;
    private final Repeated watch;
    private final Repeated history;
    private final Repeated touch;
    private final Repeated fence;
    private final Repeated sample;
    private final Repeated ageing;
    private final Touching touching;
    private final Fences fences;
    private final AgedRows aged;
    private final TableWatch tables;
    private final List<Repeated> all;
    /** A thread for each, so that none waits for another one that gets no answer. */
    private final ScheduledExecutorService clock;

    private volatile Long lagBytes;
    private volatile Map<String, Integer> parkedByOrigin = Map.of();
    private volatile StatusReport.History unresolved = StatusReport.History.NONE;
    private volatile long tombstones;

    Periodic(NodeConfig config, DataSource pool, Heartbeat heartbeat, TombstoneCollector collector, TableWatch tables,
             Touching touching, Fences fences, AgedRows aged, ChangeLog log) {
        this.pool = pool;
        this.collector = collector;
        this.partitions = new HistoryPartitions(pool, config.keepConflicts());
        this.tables = tables;
        this.touching = touching;
        this.fences = fences;
        this.aged = aged;
        this.log = log;
        this.beat = repeated("heartbeat", "the heartbeat cannot be written", config.heartbeatInterval(), heartbeat::beat);
        this.look = repeated("look", "the database cannot be looked at for the status", LOOK_EVERY, this::look);
        this.collect = repeated("collector", "tombstones cannot be collected", LOOK_EVERY, this::collect);
        this.watch = repeated("tables", "the tables cannot be compared with the configuration", WATCH_EVERY, tables::look);
        this.history = repeated("history", "the conflict history cannot be kept in order", HISTORY_EVERY, this::keepHistory);
        this.touch = repeated("touch", "keys that wait cannot be touched", TOUCH_EVERY, touching::round);
        this.fence = repeated("fences", "the silence of regions cannot be counted", LOOK_EVERY, this::countSilence);
        this.sample = repeated("versions", "how far the database is cannot be noted", SAMPLE_EVERY, this::sample);
        this.ageing = repeated("old rows", "old rows cannot be written anew", AGEING_EVERY, aged::round);
        this.all = List.of(beat, look, collect, watch, history, touch, fence, sample, ageing);
        this.clock = Executors.newScheduledThreadPool(all.size() + 1, work -> {
            Thread thread = new Thread(work, "periodic");
            thread.setDaemon(true);
            return thread;
        });
    }

    private static Repeated repeated(String name, String failing, Duration every, Repeated.Work work) {
        return new Repeated(name, failing, every, work, System::nanoTime);
    }

    /** @param endCheck looks whether the other parts live; called every second or so */
    void start(Runnable endCheck) {
        all.forEach(this::schedule);
        schedule(repeated("end check", "it cannot be told whether all parts live", END_CHECK_EVERY, endCheck::run));
    }

    private void schedule(Repeated task) {
        clock.scheduleWithFixedDelay(task, 0, task.every().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() throws SQLException {
        try {
            parkedByOrigin = ControlSchema.sql(pool).select(PARKED.ORIGIN, DSL.count()).from(PARKED).groupBy(PARKED.ORIGIN)
                    .fetchMap(PARKED.ORIGIN, DSL.count());
            lagBytes = lag();
        } catch (SQLException | RuntimeException | Error e) {
            lagBytes = null;
            throw e;
        }
    }

    private void countSilence() throws SQLException {
        if (aged.comesFirst()) {
            fences.skip();
            return;
        }
        try (Connection connection = pool.getConnection()) {
            fences.look(TombstoneCollector.applied(connection));
        }
    }

    private void sample() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            VersionsSince.sample(connection);
        }
    }

    private void keepHistory() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            unresolved = HistoryLook.read(connection);
        }
        partitions.step();
    }

    private void collect() throws SQLException {
        collector.step();
        tombstones = collector.standing();
    }

    private long lag() throws SQLException {
        try (Connection connection = pool.getConnection(); PreparedStatement query = connection.prepareStatement(
                "select (pg_current_wal_lsn() - '0/0')::bigint"); ResultSet row = query.executeQuery()) {
            row.next();
            return Math.max(0, row.getLong(1) - log.lastPosition());
        }
    }

    /** The sentence of the last failed heartbeat, null when the last one succeeded. */
    String heartbeatError() {
        return beat.error();
    }

    /** What the database has written beyond the change log; null while the database does not answer. */
    Long lagBytes() {
        return look.sinceSuccess().compareTo(STALE_AFTER) > 0 ? null : lagBytes;
    }

    long parked(String origin) {
        return parkedByOrigin.getOrDefault(origin, 0);
    }

    /** Conflicts and parked rows as they were a few seconds ago. */
    StatusReport.History history() {
        return unresolved;
    }

    long tombstones() {
        return tombstones;
    }

    /** What a person should know: tables that are not captured, and what else than the heartbeat fails. */
    List<String> notices() {
        Stream<String> errors = Stream.of(look, collect, watch, history, touch, fence, sample, ageing).map(Repeated::error).filter(Objects::nonNull);
        return Stream.of(tables.notices().stream(), touching.notice().stream(), fences.notices().stream(), aged.notice().stream(), errors).flatMap(notices -> notices).toList();
    }

    /** What has not been attempted for so long that its thread must be taken for dead. */
    List<String> dead() {
        return all.stream().filter(task -> clock.isShutdown() || task.dead()).map(Repeated::name).toList();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
