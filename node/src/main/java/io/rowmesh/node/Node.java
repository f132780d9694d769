package io.rowmesh.node;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rowmesh.agent.capture.Capture;
import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.ship.ShippingOptions;
import io.rowmesh.agent.ship.ShippingServer;
import io.rowmesh.applier.fence.Fences;
import io.rowmesh.applier.receive.OriginStream;
import io.rowmesh.applier.receive.StreamOptions;
import io.rowmesh.applier.touch.Touching;
import io.rowmesh.applier.write.AppliedMarks;
import io.rowmesh.applier.write.AppliedVector;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.Lane;
import io.rowmesh.applier.write.LaneShare;
import io.rowmesh.applier.write.LocalWrites;
import io.rowmesh.applier.write.RegionSessions;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.node.admin.AdminServer;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.node.prepare.ResolvedTables;
import io.rowmesh.rules.TableRules;
import io.rowmesh.rules.siblings.CustomRules;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.stream.SharedRules;
import io.rowmesh.schema.stream.SharedShapes;
import io.rowmesh.schema.stream.SharedTables;
import io.rowmesh.schema.stream.TlsFiles;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * A running node: every part made and joined here, in the order in which a row change meets them.
 */
public final class Node implements AutoCloseable {

    private static final Duration FORMER_SESSION_LIMIT = Duration.ofSeconds(60);

    private final NodeConfig config;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** What runs, newest first: closed in this order. */
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private volatile boolean closing;

    private Node(NodeConfig config) {
        this.config = config;
    }

    /**
     * Starts everything, or throws with one sentence and leaves nothing running. Waits for a database that is down for a moment.
     *
     * @param stop completes when it is not to start any more
     * @return empty when that came first
     */
    public static Optional<Node> start(NodeConfig config, CompletableFuture<?> stop) {
        // The PostgreSQL driver announces the JVM's zone, and values would be printed in it (H47).
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        return AwaitedDatabase.whenItAnswers(config.region(), () -> attempt(config), stop);
    }

    private static Node attempt(NodeConfig config) {
        Node node = new Node(config);
        try {
            node.wire();
            return node;
        } catch (SQLException e) {
            node.close();
            throw new IllegalStateException("the node of region " + config.region() + " cannot start: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    private void wire() throws SQLException {
        RegionParts parts = RegionParts.of(config);
        ResolvedTables tables = parts.prepared();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        HikariDataSource pool = opened(pool(parts.dataSource()));
        ChangeLog log = opened(ChangeLog.open(config.dataDir().resolve("change-log"), config.region(), config.changeLogMaxBytes()));

        ApplierOptions applying = ApplierSettings.of(config);
        KeyLocks locks = new KeyLocks(table -> rules(config, table).newestOfUnique());
        parts.open(pool, log, tables, locks);
        opened(parts::close);
        RegionSessions sessions = parts.sessions();
        TombstoneIndex tombstones = new TombstoneIndex();
        AppliedMarks marks = new AppliedMarks();
        Fences fences = new Fences(pool, ApplierSettings.peers(config), config.maxSilence(), System::nanoTime);
        LocalWrites localWrites = opened(new LocalWrites(sessions, applying, locks, tombstones));
        FormerSession.outlast(localWrites::start, FORMER_SESSION_LIMIT);
        Touching touching = Touching.of(parts.touches(), config.maxClockSkew(), log.newestMicros(), log.secret(), CaptureOptions.HEARTBEAT::equals,
                table -> rules(config, table).counts(), registry);
        LaneShare share = new LaneShare(locks, tombstones, marks, new AppliedVector(), touching.versions(), fences, parts.oldRowsFirst());

        SharedTables shared = new SharedTables(sharedRules(config, tables), new SharedShapes(config.region(), parts.shapes()));
        Capture capture = parts.capture(LocalWriteHooks.of(localWrites, touching.withholding(),
                () -> log.nextSequence() - 1, () -> new Seen.Mark(log.epoch(), log.lastSequence())), marks::seenAt, registry);
        ShippingServer shipping = opened(new ShippingServer(shipping(shared, fences), log, registry).start());
        List<Lane> lanes = lanes(applying, sessions, share, shared, registry);
        Chores chores = parts.chores(applying, localWrites::settled);
        Periodic periodic = new Periodic(config.heartbeatInterval(), chores, touching, fences, log);

        NodeStatus status = new NodeStatus(config, capture, log, shipping, lanes, periodic, registry);
        capture.start();
        running.push(capture::stop);
        lanes.forEach(lane -> {
            lane.start();
            running.push(lane);
        });
        running.push(periodic);
        periodic.start(() -> status.end().ifPresent(this::end));
        opened(AdminServer.start(config.listen().admin(), new AdminServer.Sources(status::dead, status::report, registry, parts.versions())));
    }

    private HikariDataSource pool(DataSource database) {
        HikariConfig hikari = new HikariConfig();
        hikari.setDataSource(database);
        hikari.setPoolName("rowmesh-" + config.region());
        hikari.setMaximumPoolSize(4);
        hikari.setMinimumIdle(1);
        hikari.setConnectionTimeout(10_000);
        hikari.setInitializationFailTimeout(10_000);
        return new HikariDataSource(hikari);
    }

    private ShippingOptions shipping(SharedTables shared, Fences fences) {
        return new ShippingOptions(config.region(), config.listen().shipping().host(), config.listen().shipping().port(), tls(), ApplierSettings.peers(config), shared,
                fences::isFenced);
    }

    private static SharedRules sharedRules(NodeConfig config, ResolvedTables tables) {
        Map<TableId, String> stated = tables.modes().keySet().stream()
                .filter(table -> !rules(config, table).equals(TableRules.LAST_WRITE_WINS))
                .collect(Collectors.toMap(table -> table, table -> CustomRules.canonical(rules(config, table))));
        return new SharedRules(config.region(), stated, table -> ResolvedTables.mode(config.tables(), table) == TableMode.OFF
                ? Optional.empty() : Optional.of(CustomRules.canonical(rules(config, table))));
    }

    private static TableRules rules(NodeConfig config, TableId table) {
        return ResolvedTables.rules(config.rules(), table);
    }

    private List<Lane> lanes(ApplierOptions applying, RegionSessions sessions, LaneShare share, SharedTables shared,
                             PrometheusMeterRegistry registry) {
        return config.peers().stream().map(peer -> {
            OriginStream stream = new OriginStream(new StreamOptions(config.region(), peer.region(), peer.address().toString(), tls(), shared));
            return new Lane(peer.region(), stream, sessions, applying, share, registry);
        }).toList();
    }

    private TlsFiles tls() {
        return config.tls().map(t -> new TlsFiles(t.certificate(), t.key(), t.authority())).orElse(null);
    }

    private <T extends AutoCloseable> T opened(T part) {
        running.push(part);
        return part;
    }

    /** Begins a new epoch of the region's log with the node stopped; returns its number. */
    public static int newEpoch(NodeConfig config) {
        try (ChangeLog log = ChangeLog.open(config.dataDir().resolve("change-log"), config.region(), config.changeLogMaxBytes())) {
            return RegionParts.of(config).newEpoch(log);
        }
    }

    /** Completes when the node ends by itself: exceptionally, with one sentence, when it failed. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /** A part that closing the node has ended is none that ended by itself: closing is noted before any part is closed. */
    private void end(String sentence) {
        if (!closing) {
            ended.completeExceptionally(new IllegalStateException(sentence));
        }
    }

    /** Stops within seconds, in the opposite order of the start. Every part is closed, whatever another one does. */
    @Override
    public void close() {
        closing = true;
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                org.slf4j.LoggerFactory.getLogger(Node.class).warn("stopping: {}", e.getMessage());
            }
        }
        ended.complete(null);
    }
}
