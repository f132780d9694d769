package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * One connection's life of a lane: everything that writes one origin's transactions, made anew with each connection, as what
 * it remembers may be void after a fault.
 */
final class LaneWriter implements AutoCloseable {

    private final KeyLocks locks;
    private final Connection connection;
    private final TableWriter tables;
    private final LookAgain lookAgain;
    private final TransactionWriter writer;
    private final Durability durability;
    private Progress progress;

    private LaneWriter(KeyLocks locks, Connection connection, TableWriter tables, LookAgain lookAgain, TransactionWriter writer,
                       Durability durability) {
        this.locks = locks;
        this.connection = connection;
        this.tables = tables;
        this.lookAgain = lookAgain;
        this.writer = writer;
        this.durability = durability;
    }

    static LaneWriter connect(String origin, ApplierSession sessions, ApplierOptions options, KeyLocks locks,
                              TombstoneIndex index, AppliedMarks marks) throws SQLException {
        Connection connection = sessions.open(origin);
        try {
            RegionOrigins origins = RegionOrigins.load(connection, options);
            String since = VersionsSince.read(connection);
            LaneContext context = new LaneContext(origin, number(connection, origin), origins.losingTies(origin), since);
            TableWriter tables = new TableWriter(connection, origins, context);
            TransactionWriter writer = new TransactionWriter(connection, options, tables, ParkedRows.load(connection), index);
            LaneWriter lane = new LaneWriter(locks, connection, tables,
                    new LookAgain(connection, origins, options, tables, since), writer, new Durability(connection, marks));
            lane.progress = Progress.read(connection, origin);
            connection.commit();
            return lane;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static long number(Connection connection, String origin) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select pg_replication_origin_oid(?)::bigint")) {
            query.setString(1, ApplierSession.originName(origin));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    Progress progress() {
        return progress;
    }

    /** Applies a transaction that is here whole; goes over to careful mode by itself when a row is refused. */
    Outcome apply(TransactionHeader header, List<RowChange> changes) throws SQLException {
        try (KeyLocks.Held held = lock(changes)) {
            try {
                return applyOnce(header, changes, false);
            } catch (SQLException e) {
                if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                    throw e;
                }
                writer.rollback();
                tables.forgetTables();
                return applyOnce(header, changes, true);
            }
        }
    }

    private KeyLocks.Held lock(List<RowChange> changes) {
        List<TableKey> keys = changes.stream().map(TableKey::of).toList();
        return keys.stream().anyMatch(TableKey::isWholeTable) ? locks.lockAll() : locks.lock(keys);
    }

    private Outcome applyOnce(TransactionHeader header, List<RowChange> changes, boolean careful) throws SQLException {
        writer.begin(header, careful);
        writer.write(changes);
        return finish(header);
    }

    /** Begins a transaction that arrives in pieces. The caller holds all locks until {@link #finish} returned. */
    void begin(TransactionHeader header, boolean careful) throws SQLException {
        writer.begin(header, careful);
    }

    void write(List<RowChange> changes) throws SQLException {
        writer.write(changes);
    }

    Outcome finish(TransactionHeader header) throws SQLException {
        Outcome outcome = writer.commit();
        progress = new Progress(header.epoch(), header.sequence(), header.commitMicros());
        durability.committed(header);
        lookAgain.afterDeletes(header, outcome);
        return outcome;
    }

    KeyLocks.Held lockAll() {
        return locks.lockAll();
    }

    boolean waitsForDisk() {
        return durability.waiting();
    }

    /** What has become durable since the last call, or null. */
    SeenMark newlyDurable() throws SQLException {
        return durability.poll();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
