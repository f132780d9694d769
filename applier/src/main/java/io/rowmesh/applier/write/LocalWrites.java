package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a node does about its own region's writes when the capture sees them, before they are shipped: records the tombstones
 * of local deletes and re-asserts them (convergence rule 5), and looks again where a local write stands below a newer
 * tombstone (rule 4b). Used by the capture's thread alone; what it writes is under the node's own origin and never shipped.
 */
public final class LocalWrites implements AutoCloseable {

    private static final int FLUSH_AT = 5_000;

    private final ApplierSession sessions;
    private final ApplierOptions options;
    private final KeyLocks locks;
    private final TombstoneIndex index;

    private final Map<TableKey, Deleted> deletes = new LinkedHashMap<>();
    private final Map<TableId, Set<String>> belowTombstones = new LinkedHashMap<>();
    private int deletesEpoch;
    private final Set<Long> xids = new LinkedHashSet<>();
    private Connection connection;
    private RegionOrigins origins;
    private TableWriter tables;
    private LookAgain lookAgain;

    private record Deleted(TableShape shape, RowChange change, long micros, long sequence) {
    }

    public LocalWrites(ApplierSession sessions, ApplierOptions options, KeyLocks locks, TombstoneIndex index) {
        this.sessions = sessions;
        this.options = options;
        this.locks = locks;
        this.index = index;
    }

    /**
     * Connects when it is not, learns the tombstones that stand, and repeats every second look that a restart may have cut
     * short. After an error call {@link #close}; the next call here begins anew.
     */
    public void start() throws SQLException {
        if (connection != null) {
            return;
        }
        connection = sessions.open(ApplierSession.SELF);
        origins = RegionOrigins.load(connection, options);
        String since = VersionsSince.read(connection);
        tables = new TableWriter(connection, origins,
                new LaneContext(options.region(), 0, origins.losingTies(options.region()), since));
        lookAgain = new LookAgain(connection, origins, options, tables, since);
        Tombstones.load(connection, index);
        connection.commit();
        try (KeyLocks.Held held = locks.lockAll()) {
            lookAgain.everywhere();
        }
    }

    /**
     * Notes a piece of a captured local transaction.
     *
     * @param sequence the number it will have when it is shipped
     * @param xid      its transaction number in the local database, 32 bits
     */
    public void onRows(Version version, int epoch, long sequence, long xid, List<RowChange> changes) throws SQLException {
        deletesEpoch = epoch;
        for (RowChange change : changes) {
            TableKey key = TableKey.of(change);
            switch (change.kind()) {
                case DELETE, TRUNCATE -> {
                    deletes.remove(key);
                    deletes.put(key, new Deleted(change.table(), change, version.commitMicros(), sequence));
                }
                case INSERT, UPDATE -> noteIfBelowTombstone(key, xid);
            }
        }
        if (deletes.size() >= FLUSH_AT) {
            reassert();
        }
    }

    private void noteIfBelowTombstone(TableKey key, long xid) {
        if (index.mayContain(key)) {
            belowTombstones.computeIfAbsent(key.table(), t -> new LinkedHashSet<>()).add(key.key());
            xids.add(xid);
        }
    }

    /** Called before the change log is synced: afterwards every noted delete has its durable tombstone. */
    public void beforeSync() throws SQLException {
        reassert();
        if (!belowTombstones.isEmpty()) {
            for (long xid : xids) {
                awaitVisible(xid);
            }
            for (var entry : belowTombstones.entrySet()) {
                lookAgain(entry.getKey(), entry.getValue());
            }
            belowTombstones.clear();
            xids.clear();
        }
    }

    private void reassert() throws SQLException {
        if (deletes.isEmpty()) {
            return;
        }
        index.add(deletes.keySet());
        try (KeyLocks.Held held = lock(deletes.keySet())) {
            try (PreparedStatement durable = connection.prepareStatement("set local synchronous_commit = on")) {
                durable.execute();
            }
            Tombstones.record(connection, options.region(), deletesEpoch, deletes.entrySet().stream()
                    .map(e -> new Tombstones.Dated(e.getKey(), e.getValue().micros(), e.getValue().sequence())).toList());
            deleteOlderRows();
            connection.commit();
            // The second look: what an uncommitted insert hid from the first (rule 4c).
            deleteOlderRows();
            connection.commit();
        }
        deletes.clear();
        Step.REASSERTED.reached();
    }

    private KeyLocks.Held lock(Collection<TableKey> keys) {
        return keys.stream().anyMatch(TableKey::isWholeTable) ? locks.lockAll() : locks.lock(keys);
    }

    private void deleteOlderRows() throws SQLException {
        String below = origins.below(options.region());
        Map<TableShape, List<Deleted>> byTable = new LinkedHashMap<>();
        for (Deleted deleted : deletes.values()) {
            byTable.computeIfAbsent(deleted.shape(), t -> new ArrayList<>()).add(deleted);
        }
        for (var entry : byTable.entrySet()) {
            List<Deleted> rows = entry.getValue().stream().filter(d -> d.change().kind() == RowChange.Kind.DELETE).toList();
            if (!rows.isEmpty()) {
                tables.deleteOlder(entry.getKey(), rows.stream().map(d -> LookAgain.keyTexts(d.change())).toList(),
                        rows.stream().map(Deleted::micros).toList(), below);
            }
            for (Deleted deleted : entry.getValue()) {
                if (deleted.change().kind() == RowChange.Kind.TRUNCATE) {
                    tables.deleteAllOlder(entry.getKey(), deleted.micros(), below);
                }
            }
        }
    }

    private void lookAgain(TableId table, Set<String> keys) throws SQLException {
        List<TableKey> all = keys.stream().map(k -> new TableKey(table, k)).toList();
        try (KeyLocks.Held held = locks.lock(all)) {
            lookAgain.atKeys(table, List.copyOf(keys));
        }
        if (index.mayContain(TombstoneIndex.wholeTable(table))) {
            try (KeyLocks.Held held = locks.lockAll()) {
                lookAgain.atTruncate(table);
            }
        }
    }

    /** The log shows a commit before other sessions see it; only then does a second look mean anything. */
    private void awaitVisible(long xid) throws SQLException {
        while (!visible(xid)) {
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    /** The log has the low 32 bits of a transaction's number; the snapshot's upper end tells the rest. */
    private boolean visible(long xid) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                select pg_visible_in_snapshot((case when whole < xmax then whole else whole - 4294967296 end)::text::xid8, s)
                from (select s, xmax, (xmax >> 32 << 32) + ? as whole
                      from (select pg_current_snapshot() as s) a, lateral (select pg_snapshot_xmax(s)::text::bigint as xmax) b) c""")) {
            query.setLong(1, xid);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        } finally {
            connection.commit();
        }
    }

    @Override
    public void close() throws SQLException {
        deletes.clear();
        belowTombstones.clear();
        xids.clear();
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
