package io.rowmesh.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.agent.capture.Capture;
import io.rowmesh.agent.capture.LocalWrites;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.applier.touch.TouchDatabase;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.RegionSessions;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.prepare.ResolvedTables;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * What of a node differs by the kind of its region's database. {@link #prepared} first, then {@link #open}, then whatever is needed. Two
 * implementations: {@link PostgresParts} and {@link MySqlParts}.
 */
interface RegionParts extends AutoCloseable {

    static RegionParts of(NodeConfig config) {
        return config.database() instanceof Database.MySql mySql ? new MySqlParts(config, mySql)
                : new PostgresParts(config, (Database.Postgres) config.database());
    }

    /** Migrates the control tables where the role may, then refuses to go on while anything is lacking. */
    ResolvedTables prepared() throws SQLException;

    /** For short statements. */
    DataSource dataSource();

    /** Starts what all others need. */
    void open(DataSource pool, ChangeLog log, ResolvedTables tables, KeyLocks locks) throws SQLException;

    RegionSessions sessions();

    TouchDatabase touches();

    /** Whether nothing may be applied yet. */
    BooleanSupplier oldRowsFirst();

    /** When and where a row was last written; empty where the database tells it. */
    Optional<Function<TableKey, Version>> versions();

    /** The tables as they are in the database. */
    List<TableShape> shapes() throws SQLException;

    /** @param seenAt what was applied here from other regions by the time the local log had reached a position */
    Capture capture(LocalWrites hooks, LongFunction<List<SeenMark>> seenAt, MeterRegistry registry);

    /** @param settled up to where the own transactions are settled; null while it is not known */
    Chores chores(ApplierOptions applying, Supplier<Seen.Mark> settled);

    /** Begins a new epoch of the region's log with the node stopped, without anything opened; returns its number. */
    int newEpoch(ChangeLog log);

    @Override
    void close() throws SQLException;
}
