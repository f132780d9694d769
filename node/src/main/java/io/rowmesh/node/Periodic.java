package io.rowmesh.node;

import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.applier.fence.Fences;
import io.rowmesh.applier.touch.Touching;
import io.rowmesh.node.admin.StatusReport;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a node does by the clock: heartbeats, collecting tombstones, and looking at tables and at numbers for the status. */
final class Periodic implements AutoCloseable {

    private static final Duration END_CHECK_EVERY = Duration.ofSeconds(1);
    private static final Duration WATCH_EVERY = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final Duration HISTORY_EVERY = Duration.ofSeconds(10);
    private static final Duration TOUCH_EVERY = Duration.ofMillis(500);
    /** A number that is older than this is not told any more. */
    private static final Duration STALE_AFTER = LOOK_EVERY.multipliedBy(3);

    private final Chores chores;
    private final ChangeLog log;
    private final Repeated beat;
    private final Repeated look;
    private final Touching touching;
    private final Fences fences;
    private final TableWatch tables;
    private final List<Repeated> all;
    /** A thread for each, so that none waits for another one that gets no answer. */
    private final ScheduledExecutorService clock;

    private volatile Long lagBytes;
    private volatile Map<String, Integer> parkedByOrigin = Map.of();
    private volatile StatusReport.History unresolved = StatusReport.History.NONE;
    private volatile long tombstones;

    Periodic(Duration heartbeatEvery, Chores chores, Touching touching, Fences fences, ChangeLog log) {
        this.chores = chores;
        this.tables = new TableWatch(chores);
        this.touching = touching;
        this.fences = fences;
        this.log = log;
        this.beat = repeated("heartbeat", "the heartbeat cannot be written", heartbeatEvery, chores::beat);
        this.look = repeated("look", "the database cannot be looked at for the status", LOOK_EVERY, this::look);
        Repeated collect = repeated("collector", "tombstones cannot be collected", LOOK_EVERY, this::collect);
        Repeated watch = repeated("tables", "the tables cannot be compared with the configuration", WATCH_EVERY, tables::look);
        Repeated history = repeated("history", "the conflict history cannot be kept in order", HISTORY_EVERY, this::keepHistory);
        Repeated touch = repeated("touch", "keys that wait cannot be touched", TOUCH_EVERY, touching::round);
        Repeated fence = repeated("fences", "the silence of regions cannot be counted", LOOK_EVERY, this::countSilence);
        this.all = Stream.concat(Stream.of(beat, look, collect, watch, history, touch, fence), chores.more().stream()).toList();
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
            parkedByOrigin = chores.parked();
            lagBytes = chores.behind(log.lastPosition());
        } catch (SQLException | RuntimeException | Error e) {
            lagBytes = null;
            throw e;
        }
    }

    private void countSilence() throws SQLException {
        if (chores.comesFirst()) {
            fences.skip();
        } else {
            fences.look(chores.applied());
        }
    }

    private void keepHistory() throws SQLException {
        unresolved = chores.history();
        chores.trimHistory();
    }

    private void collect() throws SQLException {
        chores.collect();
        tombstones = chores.tombstones();
    }

    /** The sentence of the last failed heartbeat, null when the last one succeeded. */
    String heartbeatError() {
        return beat.error();
    }

    /** What the database has written beyond the change log; null while the database does not answer. */
    Long lagBytes() {
        return look.sinceSuccess().compareTo(STALE_AFTER) > 0 ? null : lagBytes;
    }

    /** A position of the database's log, as its tools show it. */
    String place(long position) {
        return chores.place(position);
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
        Stream<String> errors = all.stream().filter(task -> task != beat).map(Repeated::error).filter(Objects::nonNull);
        return Stream.of(tables.notices().stream(), touching.notice().stream(), fences.notices().stream(), chores.notices().stream(), errors).flatMap(notices -> notices).toList();
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
