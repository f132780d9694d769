package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
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
 * Tables to which nothing is applied need neither.
 */
public final class LocalWrites implements AutoCloseable {

    private static final int FLUSH_AT = 5_000;
    private static final int VALID_WITHIN_SECONDS = 5;

    private final ApplierSession sessions;
    private final ApplierOptions options;
    private final KeyLocks locks;
    private final TombstoneIndex index;

    private final Map<TableKey, Deleted> deletes = new LinkedHashMap<>();
    private final Set<TableKey> belowTombstones = new LinkedHashSet<>();
    private int deletesEpoch;
    private Connection connection;
    private RegionOrigins origins;
    private TableWriter tables;
    private LookAgain lookAgain;
    private Visibility visibility;

    /** @param key the texts of the key columns; null for a truncate */
    private record Deleted(TableShape shape, String[] key, long micros, long sequence) {
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
        Connection fresh = sessions.open(ApplierSession.SELF);
        try {
            origins = RegionOrigins.load(fresh, options);
            String since = VersionsSince.read(fresh);
            tables = new TableWriter(fresh, origins,
                    new LaneContext(options.region(), 0, origins.losingTies(options.region()), since));
            lookAgain = new LookAgain(fresh, origins, options, tables, since);
            visibility = new Visibility(fresh);
            try (KeyLocks.Held held = locks.lockAll()) {
                Tombstones.load(fresh, index);
                fresh.commit();
                lookAgain.everywhere();
            }
            connection = fresh;
        } catch (SQLException | RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    /**
     * For each start of the capture: begins anew when the connection is gone. A crash of the database may have undone second
     * looks, which {@link #start} repeats.
     */
    public void restart() throws SQLException {
        if (connection != null) {
            if (!connection.isValid(VALID_WITHIN_SECONDS)) {
                close();
            } else {
                connection.rollback();
            }
        }
        start();
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
            if (options.receives().test(change.table().id())) {
                note(version, sequence, xid, change);
            }
        }
        if (deletes.size() >= FLUSH_AT) {
            reassert();
        }
        if (belowTombstones.size() >= FLUSH_AT) {
            lookAgain();
        }
    }

    private void note(Version version, long sequence, long xid, RowChange change) throws SQLException {
        TableKey key = TableKey.of(change);
        switch (change.kind()) {
            case DELETE, TRUNCATE -> {
                String[] texts = key.isWholeTable() ? null : LookAgain.keyTexts(change);
                deletes.remove(key);
                deletes.put(key, new Deleted(change.table(), texts, version.commitMicros(), sequence));
            }
            case INSERT, UPDATE -> {
                // Only once others see the row does a tombstone written later know of it; so first this, then the question.
                visibility.await(xid);
                if (index.mayContain(key)) {
                    belowTombstones.add(key);
                }
            }
        }
    }

    /** Called before the change log is synced: afterwards every noted delete has its durable tombstone. */
    public void beforeSync() throws SQLException {
        reassert();
        lookAgain();
        if (index.crowded()) {
            try (KeyLocks.Held held = locks.lockAll()) {
                Tombstones.load(connection, index);
                connection.commit();
            }
        }
    }

    private void reassert() throws SQLException {
        if (deletes.isEmpty()) {
            return;
        }
        try (KeyLocks.Held held = lock(deletes.keySet())) {
            index.add(deletes.keySet());
            try (PreparedStatement durable = connection.prepareStatement("set local synchronous_commit = local")) {
                durable.execute();
            }
            Tombstones.record(connection, options.region(), deletesEpoch, deletes.entrySet().stream()
                    .map(e -> new Tombstones.Dated(e.getKey(), e.getValue().micros(), e.getValue().sequence())).toList());
            connection.commit();
            deleteOlderRows();
            // The second look: what an uncommitted insert hid from the first (rule 4c).
            deleteOlderRows();
        }
        deletes.clear();
        Step.REASSERTED.reached();
    }

    private KeyLocks.Held lock(Collection<TableKey> keys) {
        return keys.stream().anyMatch(TableKey::isWholeTable) ? locks.lockAll() : locks.lock(keys);
    }

    private void deleteOlderRows() throws SQLException {
        Map<TableShape, List<Deleted>> byTable = new LinkedHashMap<>();
        for (Deleted deleted : deletes.values()) {
            byTable.computeIfAbsent(deleted.shape(), t -> new ArrayList<>()).add(deleted);
        }
        for (var entry : byTable.entrySet()) {
            deleteOlderRows(entry.getKey(), entry.getValue());
        }
    }

    /** A table that was dropped or changed since has no rows that these deletes speak of: that must not stop the capture. */
    private void deleteOlderRows(TableShape shape, List<Deleted> deleted) throws SQLException {
        String below = origins.below(options.region());
        List<Deleted> rows = deleted.stream().filter(d -> d.key() != null).toList();
        try {
            if (!rows.isEmpty()) {
                tables.deleteOlder(shape, rows.stream().map(Deleted::key).toList(), rows.stream().map(Deleted::micros).toList(), below);
            }
            for (Deleted truncate : deleted) {
                if (truncate.key() == null) {
                    tables.deleteAllOlder(shape, truncate.micros(), below);
                }
            }
            connection.commit();
        } catch (SQLException e) {
            if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                throw e;
            }
            connection.rollback();
            tables.forgetTables();
        }
    }

    private void lookAgain() throws SQLException {
        if (belowTombstones.isEmpty()) {
            return;
        }
        Map<TableId, List<String>> byTable = new LinkedHashMap<>();
        belowTombstones.forEach(key -> byTable.computeIfAbsent(key.table(), t -> new ArrayList<>()).add(key.key()));
        try (KeyLocks.Held held = locks.lock(belowTombstones)) {
            for (var entry : byTable.entrySet()) {
                lookAgain.atKeys(entry.getKey(), entry.getValue());
            }
        }
        belowTombstones.clear();
    }

    @Override
    public void close() throws SQLException {
        deletes.clear();
        belowTombstones.clear();
        if (connection != null) {
            Connection old = connection;
            connection = null;
            old.close();
        }
    }
}
