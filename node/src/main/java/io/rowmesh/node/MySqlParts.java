package io.rowmesh.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.agent.binlog.BinlogAddress;
import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.capture.Capture;
import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.capture.LocalWrites;
import io.rowmesh.agent.capture.MySqlCapture;
import io.rowmesh.agent.capture.MySqlNewEpoch;
import io.rowmesh.agent.capture.MySqlOptions;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.versions.VersionIndex;
import io.rowmesh.agent.versions.VersionReader;
import io.rowmesh.applier.mysql.MySqlCollector;
import io.rowmesh.applier.mysql.MySqlRegion;
import io.rowmesh.applier.mysql.MySqlSession;
import io.rowmesh.applier.mysql.MySqlShapes;
import io.rowmesh.applier.mysql.MySqlTouches;
import io.rowmesh.applier.touch.TouchDatabase;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.Heartbeat;
import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.RegionSessions;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.TombstoneCollector;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.config.Secret;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.Preparation;
import io.rowmesh.node.prepare.ResolvedTables;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.store.MySqlControl;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Beside a MySQL database. */
final class MySqlParts implements RegionParts {

    /** A reader that is so far behind says so to the lanes, which begin anew. */
    private static final Duration VERSIONS_WITHIN = Duration.ofSeconds(30);

    private final NodeConfig config;
    private final Database.MySql database;
    private final MySqlNames names;
    private final BinlogPositions positions = new BinlogPositions();

    private DataSource pool;
    private ChangeLog log;
    private ResolvedTables tables;
    private VersionIndex index;
    private VersionReader versions;

    MySqlParts(NodeConfig config, Database.MySql database) {
        this.config = config;
        this.database = database;
        this.names = new MySqlNames(database.name(), database.schema());
    }

    @Override
    public ResolvedTables prepared() throws SQLException {
        try (Connection connection = Databases.connect(database)) {
            if (MySqlControl.isThere(connection)) {
                MySqlControl.migrate(Databases.dataSource(database));
            }
            Preparation.require(config, connection);
            return ResolvedTables.read(config, connection);
        }
    }

    @Override
    public DataSource dataSource() {
        return Databases.quickDataSource(database);
    }

    /** The versions are read before anything is judged by them. */
    @Override
    public void open(DataSource opened, ChangeLog changeLog, ResolvedTables resolved, KeyLocks locks) {
        pool = opened;
        log = changeLog;
        tables = resolved;
        MySqlCapture.resume(positions, log);
        index = VersionIndex.open(config.dataDir().resolve("versions"));
        versions = new VersionReader(config.region(), pool, address(), database.versionReaderId(), names, withHeartbeat(tables.modes().keySet()), index,
                positions, log.secret(), VERSIONS_WITHIN);
        versions.start();
    }

    private BinlogAddress address() {
        return new BinlogAddress(database.host(), database.port(), database.user(), database.password().map(Secret::reveal).orElse(null),
                Databases.tls(database));
    }

    private static Set<TableId> withHeartbeat(Collection<TableId> some) {
        Set<TableId> all = new HashSet<>(some);
        all.add(CaptureOptions.HEARTBEAT);
        return all;
    }

    @Override
    public RegionSessions sessions() {
        return new MySqlRegion(new MySqlSession(Databases.dataSource(database).getURL(), Databases.properties(database), database.name()), names, server -> new ReadVersions(versions, server),
                positions::of, log::lastPosition);
    }

    @Override
    public TouchDatabase touches() {
        return new MySqlTouches(pool, config.region(), names);
    }

    @Override
    public BooleanSupplier oldRowsFirst() {
        return () -> false;
    }

    @Override
    public Optional<Function<TableKey, Version>> versions() {
        return Optional.of(key -> versions.of(key.table(), key.key()));
    }

    @Override
    public List<TableShape> shapes() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return MySqlShapes.read(connection, names, tables.modes().keySet());
        }
    }

    @Override
    public Capture capture(LocalWrites hooks, LongFunction<List<SeenMark>> seenAt, MeterRegistry registry) {
        return new MySqlCapture(options(withHeartbeat(tables.sending())), log, hooks, seenAt, positions, registry);
    }

    private MySqlOptions options(Set<TableId> captured) {
        return new MySqlOptions(config.region(), Databases.quickDataSource(database), address(), database.serverId(), names, captured, true);
    }

    @Override
    public Chores chores(ApplierOptions applying, Supplier<Seen.Mark> settled) {
        TombstoneCollector collector = new TombstoneCollector(pool, applying, log::lastPosition, () -> new Seen.Mark(log.epoch(), log.lastSequence()),
                new MySqlCollector(positions::of));
        return new MySqlChores(config, pool, new Heartbeat(pool, config.region(), settled), collector, tables.sending(), positions, versions);
    }

    @Override
    public int newEpoch(ChangeLog changeLog) {
        try (VersionIndex forgotten = VersionIndex.open(config.dataDir().resolve("versions"))) {
            forgotten.forget();
        }
        return MySqlNewEpoch.begin(options(Set.of(CaptureOptions.HEARTBEAT)), changeLog);
    }

    @Override
    public void close() {
        if (versions != null) {
            versions.stop();
        }
        if (index != null) {
            index.close();
        }
    }
}
