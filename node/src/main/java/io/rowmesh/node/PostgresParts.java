package io.rowmesh.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.agent.capture.Capture;
import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.capture.DatabaseAddress;
import io.rowmesh.agent.capture.LocalWrites;
import io.rowmesh.agent.capture.NewEpoch;
import io.rowmesh.agent.capture.PostgresCapture;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.applier.aged.AgedRows;
import io.rowmesh.applier.touch.PostgresTouches;
import io.rowmesh.applier.touch.TouchDatabase;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.ApplierSession;
import io.rowmesh.applier.write.Heartbeat;
import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.LocalCatalog;
import io.rowmesh.applier.write.RegionSessions;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.TombstoneCollector;
import io.rowmesh.applier.write.VersionsSince;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.config.Secret;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.Preparation;
import io.rowmesh.node.prepare.ResolvedTables;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.store.ControlSchema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Beside a PostgreSQL database. */
final class PostgresParts implements RegionParts {

    private final NodeConfig config;
    private final Database.Postgres database;
    private final ApplierSession sessions;

    private DataSource pool;
    private ChangeLog log;
    private ResolvedTables tables;
    private AgedRows aged;

    PostgresParts(NodeConfig config, Database.Postgres database) {
        this.config = config;
        this.database = database;
        this.sessions = sessions(database);
    }

    private static ApplierSession sessions(Database.Postgres database) {
        Properties credentials = new Properties();
        credentials.setProperty("user", database.user());
        database.password().map(Secret::reveal).ifPresent(password -> credentials.setProperty("password", password));
        credentials.setProperty("sslmode", database.sslmode());
        credentials.setProperty("connectTimeout", "10");
        return new ApplierSession(Databases.dataSource(database).getURL(), credentials);
    }

    @Override
    public ResolvedTables prepared() throws SQLException {
        try (Connection connection = Databases.connect(database)) {
            if (ControlSchema.isOurs(connection)) {
                ControlSchema.migrate(Databases.dataSource(database));
            }
            Preparation.require(config, connection);
            VersionsSince.note(connection);
            return ResolvedTables.read(config, connection);
        }
    }

    @Override
    public DataSource dataSource() {
        return Databases.quickDataSource(database);
    }

    @Override
    public void open(DataSource opened, ChangeLog changeLog, ResolvedTables resolved, KeyLocks locks) {
        pool = opened;
        log = changeLog;
        tables = resolved;
        aged = new AgedRows(pool, sessions, locks, connection -> ResolvedTables.read(config, connection).receiving());
    }

    @Override
    public RegionSessions sessions() {
        return sessions;
    }

    @Override
    public TouchDatabase touches() {
        return new PostgresTouches(pool, config.region());
    }

    @Override
    public BooleanSupplier oldRowsFirst() {
        return aged::comesFirst;
    }

    @Override
    public Optional<Function<TableKey, Version>> versions() {
        return Optional.empty();
    }

    @Override
    public List<TableShape> shapes() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            LocalCatalog catalog = new LocalCatalog(connection);
            List<TableShape> shapes = new ArrayList<>();
            for (TableId table : tables.modes().keySet()) {
                shapes.add(catalog.table(table).shape());
            }
            return shapes;
        }
    }

    @Override
    public Capture capture(LocalWrites hooks, LongFunction<List<SeenMark>> seenAt, MeterRegistry registry) {
        List<TableId> sending = new ArrayList<>(tables.sending());
        sending.add(CaptureOptions.HEARTBEAT);
        return new PostgresCapture(options(sending), log, hooks, seenAt, registry);
    }

    private CaptureOptions options(List<TableId> captured) {
        DatabaseAddress address = new DatabaseAddress(database.host(), database.port(), database.name(), database.user(),
                database.password().map(Secret::reveal).orElse(null), database.sslmode());
        return new CaptureOptions(config.region(), address, database.slot(), database.publication(), captured, config.decidesBySeen(),
                table -> rules(table).deciding(), table -> rules(table).counts());
    }

    private TableRules rules(TableId table) {
        return ResolvedTables.rules(config.rules(), table);
    }

    @Override
    public Chores chores(ApplierOptions applying, Supplier<Seen.Mark> settled) {
        return new PostgresChores(config, pool, new Heartbeat(pool, config.region(), settled),
                new TombstoneCollector(pool, applying, log::lastPosition, () -> new Seen.Mark(log.epoch(), log.lastSequence())), aged, tables.sending());
    }

    @Override
    public int newEpoch(ChangeLog changeLog) {
        return NewEpoch.begin(options(List.of(CaptureOptions.HEARTBEAT)), changeLog);
    }

    @Override
    public void close() throws SQLException {
        if (aged != null) {
            aged.close();
        }
    }
}
