package io.rowmesh.node;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.capture.DatabaseAddress;
import io.rowmesh.agent.capture.NewEpoch;
import io.rowmesh.agent.capture.PostgresCapture;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.ship.ShippingOptions;
import io.rowmesh.agent.ship.ShippingServer;
import io.rowmesh.applier.aged.AgedRows;
import io.rowmesh.applier.fence.Fences;
import io.rowmesh.applier.receive.OriginStream;
import io.rowmesh.applier.receive.StreamOptions;
import io.rowmesh.applier.touch.PostgresTouches;
import io.rowmesh.applier.touch.Touching;
import io.rowmesh.applier.write.AppliedMarks;
import io.rowmesh.applier.write.AppliedVector;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.ApplierSession;
import io.rowmesh.applier.write.Heartbeat;
import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.Lane;
import io.rowmesh.applier.write.LocalCatalog;
import io.rowmesh.applier.write.LaneShare;
import io.rowmesh.applier.write.LocalWrites;
import io.rowmesh.applier.write.TombstoneCollector;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.applier.write.VersionsSince;
import io.rowmesh.node.admin.AdminServer;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.config.Secret;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.Preparation;
import io.rowmesh.node.prepare.ResolvedTables;
import io.rowmesh.rules.TableRules;
import io.rowmesh.rules.siblings.CustomRules;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSchema;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.stream.SharedRules;
import io.rowmesh.schema.stream.SharedShapes;
import io.rowmesh.schema.stream.SharedTables;
import io.rowmesh.schema.stream.TlsFiles;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

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
        ResolvedTables tables = prepared();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        HikariDataSource pool = opened(pool());
        ChangeLog log = opened(ChangeLog.open(config.dataDir().resolve("change-log"), config.region(), config.changeLogMaxBytes()));

        ApplierOptions applying = ApplierSettings.of(config);
        ApplierSession sessions = sessions();
        KeyLocks locks = new KeyLocks(table -> rules(config, table).newestOfUnique());
        TombstoneIndex tombstones = new TombstoneIndex();
        AppliedMarks marks = new AppliedMarks();
        Fences fences = new Fences(pool, ApplierSettings.peers(config), config.maxSilence(), System::nanoTime);
        Touching touching = Touching.of(new PostgresTouches(pool, config.region()), config.maxClockSkew(), log.newestMicros(), log.secret(), CaptureOptions.HEARTBEAT::equals,
                table -> rules(config, table).counts(), registry);
        AgedRows aged = opened(new AgedRows(pool, sessions, locks, connection -> ResolvedTables.read(config, connection).receiving()));
        LaneShare share = new LaneShare(locks, tombstones, marks, new AppliedVector(), touching.versions(), fences, aged::comesFirst);
        LocalWrites localWrites = opened(new LocalWrites(sessions, applying, locks, tombstones));
        FormerSession.outlast(localWrites::start, FORMER_SESSION_LIMIT);

        SharedTables shared = new SharedTables(sharedRules(config, tables), shapes(pool, tables));
        PostgresCapture capture = new PostgresCapture(capturing(tables), log, LocalWriteHooks.of(localWrites, touching.withholding(),
                () -> log.nextSequence() - 1, () -> new Seen.Mark(log.epoch(), log.lastSequence())), marks::seenAt, registry);
        ShippingServer shipping = opened(new ShippingServer(shipping(shared, fences), log, registry).start());
        List<Lane> lanes = lanes(applying, sessions, share, shared, registry);
        Chores chores = new PostgresChores(config, pool, new Heartbeat(pool, config.region(), localWrites::settled),
                new TombstoneCollector(pool, applying, log::lastPosition, () -> new Seen.Mark(log.epoch(), log.lastSequence())), aged, tables.sending());
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
        opened(AdminServer.start(config.listen().admin(), new AdminServer.Sources(status::dead, status::report, registry)));
    }

    /** Migrates the control tables where the role may, then refuses to go on while anything is lacking. */
    private ResolvedTables prepared() throws SQLException {
        Database.Postgres database = postgres(config);
        try (Connection connection = Databases.connect(database)) {
            if (ControlSchema.isOurs(connection)) {
                ControlSchema.migrate(Databases.dataSource(database));
            }
            Preparation.require(config, connection);
            VersionsSince.note(connection);
            return ResolvedTables.read(config, connection);
        }
    }

    private static Database.Postgres postgres(NodeConfig config) {
        if (config.database() instanceof Database.Postgres postgres) {
            return postgres;
        }
        throw new IllegalStateException("a node cannot run with a MySQL database yet");
    }

    private HikariDataSource pool() {
        HikariConfig hikari = new HikariConfig();
        hikari.setDataSource(Databases.quickDataSource(postgres(config)));
        hikari.setPoolName("rowmesh-" + config.region());
        hikari.setMaximumPoolSize(4);
        hikari.setMinimumIdle(1);
        hikari.setConnectionTimeout(10_000);
        hikari.setInitializationFailTimeout(10_000);
        return new HikariDataSource(hikari);
    }

    private ApplierSession sessions() {
        Database.Postgres database = postgres(config);
        Properties credentials = new Properties();
        credentials.setProperty("user", database.user());
        database.password().map(Secret::reveal).ifPresent(password -> credentials.setProperty("password", password));
        credentials.setProperty("sslmode", database.sslmode());
        credentials.setProperty("connectTimeout", "10");
        return new ApplierSession(Databases.dataSource(database).getURL(), credentials);
    }

    private CaptureOptions capturing(ResolvedTables tables) {
        List<TableId> sending = new ArrayList<>(tables.sending());
        sending.add(CaptureOptions.HEARTBEAT);
        return captureOptions(config, sending);
    }

    private static CaptureOptions captureOptions(NodeConfig config, List<TableId> tables) {
        Database.Postgres database = postgres(config);
        DatabaseAddress address = new DatabaseAddress(database.host(), database.port(), database.name(), database.user(),
                database.password().map(Secret::reveal).orElse(null), database.sslmode());
        return new CaptureOptions(config.region(), address, database.slot(), database.publication(), tables,
                config.decidesBySeen(), table -> rules(config, table).deciding(),
                table -> rules(config, table).counts());
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

    private SharedShapes shapes(HikariDataSource pool, ResolvedTables tables) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            LocalCatalog catalog = new LocalCatalog(connection);
            List<TableShape> shapes = new ArrayList<>();
            for (TableId table : tables.modes().keySet()) {
                shapes.add(catalog.table(table).shape());
            }
            return new SharedShapes(config.region(), shapes);
        }
    }

    private static TableRules rules(NodeConfig config, TableId table) {
        return ResolvedTables.rules(config.rules(), table);
    }

    private List<Lane> lanes(ApplierOptions applying, ApplierSession sessions, LaneShare share, SharedTables shared,
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
            return NewEpoch.begin(captureOptions(config, List.of(CaptureOptions.HEARTBEAT)), log);
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
