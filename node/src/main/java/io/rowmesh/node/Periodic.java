package io.rowmesh.node;

import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.applier.write.Heartbeat;
import io.rowmesh.applier.write.TombstoneCollector;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

import static io.rowmesh.schema.control.Tables.PARKED;

/** What a node does by the clock: heartbeats, collecting tombstones, and looking at numbers for the status. */
final class Periodic implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private final DataSource pool;
    private final Heartbeat heartbeat;
    private final TombstoneCollector collector;
    private final ChangeLog log;
    private final Duration beatEvery;
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2, work -> {
        Thread thread = new Thread(work, "periodic");
        thread.setDaemon(true);
        return thread;
    });

    private volatile String heartbeatError;
    private volatile Long lagBytes;
    private volatile Map<String, Integer> parkedByOrigin = Map.of();
    private volatile long tombstones;

    Periodic(NodeConfig config, DataSource pool, Heartbeat heartbeat, TombstoneCollector collector, ChangeLog log) {
        this.pool = pool;
        this.heartbeat = heartbeat;
        this.collector = collector;
        this.log = log;
        this.beatEvery = config.heartbeatInterval();
    }

    void start() {
        clock.scheduleWithFixedDelay(this::beat, 0, beatEvery.toMillis(), TimeUnit.MILLISECONDS);
        clock.scheduleWithFixedDelay(this::look, 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void beat() {
        try {
            heartbeat.beat();
            heartbeatError = null;
        } catch (SQLException | RuntimeException e) {
            String sentence = "the heartbeat cannot be written: " + e.getMessage();
            if (heartbeatError == null) {
                LOG.warn(sentence);
            }
            heartbeatError = sentence;
        }
    }

    private void look() {
        try {
            collector.step();
            tombstones = collector.standing();
            parkedByOrigin = ControlSchema.sql(pool).select(PARKED.ORIGIN, DSL.count()).from(PARKED).groupBy(PARKED.ORIGIN)
                    .fetchMap(PARKED.ORIGIN, DSL.count());
            lagBytes = lag();
        } catch (SQLException | DataAccessException e) {
            LOG.debug("the database cannot be looked at: {}", e.getMessage());
            lagBytes = null;
        }
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
        return heartbeatError;
    }

    /** What the database has written beyond the change log; null while the database does not answer. */
    Long lagBytes() {
        return lagBytes;
    }

    long parked(String origin) {
        return parkedByOrigin.getOrDefault(origin, 0);
    }

    long tombstones() {
        return tombstones;
    }

    boolean dead() {
        return clock.isShutdown();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
