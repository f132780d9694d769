package io.rowmesh.applier.locking;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.GroupResult;
import io.rowmesh.applier.write.MetDelete;
import io.rowmesh.applier.write.MetRow;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.Tombstones;
import io.rowmesh.rules.LastWriteWins;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Neighbouring changes of one table with distinct keys, all upserts or all deletes: locked, judged, written. A row that comes between
 * lock and insert makes another round for its key. One phase after the other, so that it goes on where it had to wait.
 */
final class LockedWrite {

    private enum Phase { LOCK, LOG_END, VERSIONS, JUDGE, WRITE, BURY, INSERT, DONE }

    private final LockedRows rows;
    private final RowVersions versions;
    private final OwnKeys own;
    private final TransactionHeader header;
    private final List<RowChange> changes;
    private final boolean deletes;
    private final TableId table;

    private Phase phase = Phase.LOCK;
    /** Indexes of what is not yet written or decided, by key. */
    private final Map<String, Integer> left = new LinkedHashMap<>();
    private Map<String, NamedRow> standing = Map.of();
    private long logEnd;
    private final List<String> winners = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private int written;
    private int met;
    private final Map<Integer, MetDelete> metDeletes = new TreeMap<>();
    private final Map<Integer, MetRow> foreign = new TreeMap<>();
    private final List<Integer> withoutRow = new ArrayList<>();

    LockedWrite(LockedRows rows, RowVersions versions, OwnKeys own, TransactionHeader header, List<RowChange> changes) {
        this.rows = rows;
        this.versions = versions;
        this.own = own;
        this.header = header;
        this.changes = changes;
        this.deletes = changes.get(0).kind() == RowChange.Kind.DELETE;
        this.table = changes.get(0).table().id();
        for (int i = 0; i < changes.size(); i++) {
            left.put(RowKey.of(changes.get(i)), i);
        }
    }

    boolean isOf(List<RowChange> others) {
        return changes == others;
    }

    /** To be called again when it had to wait. */
    GroupResult run() throws SQLException {
        while (phase != Phase.DONE) {
            phase = step();
        }
        return new GroupResult(written, met, List.copyOf(metDeletes.values()), withoutRow, List.copyOf(foreign.values()), 0);
    }

    private Phase step() throws SQLException {
        return switch (phase) {
            case LOCK -> lock();
            case LOG_END -> logEnd();
            case VERSIONS -> awaitVersions();
            case JUDGE -> judge();
            case WRITE -> write();
            case BURY -> bury();
            case INSERT -> insert();
            case DONE -> Phase.DONE;
        };
    }

    private Phase lock() throws SQLException {
        rows.require(changes);
        standing = rows.lock(table, List.copyOf(left.keySet()));
        return standing.isEmpty() ? Phase.JUDGE : Phase.LOG_END;
    }

    /** After the lock: whoever wrote these rows has committed, so it stands in the log. */
    private Phase logEnd() throws SQLException {
        logEnd = rows.logEnd();
        return Phase.VERSIONS;
    }

    private Phase awaitVersions() throws SQLException {
        versions.await(logEnd);
        return Phase.JUDGE;
    }

    private Phase judge() throws SQLException {
        winners.clear();
        missing.clear();
        Map<String, PastDelete> tombstones = deletes ? Map.of() : rows.tombstones(table, List.copyOf(left.keySet()));
        for (Map.Entry<String, Integer> each : left.entrySet()) {
            if (!isDead(each.getValue(), tombstones.get(each.getKey()))) {
                judge(each.getKey(), each.getValue());
            }
        }
        return Phase.WRITE;
    }

    private boolean isDead(int index, PastDelete tombstone) {
        if (tombstone == null) {
            return false;
        }
        boolean newer = tombstone.version().compareTo(header.version()) > 0;
        metDeletes.put(index, new MetDelete(index, tombstone.version(), newer));
        return newer;
    }

    private void judge(String key, int index) throws SQLException {
        NamedRow row = standing.get(key);
        if (row == null) {
            missing.add(key);
            return;
        }
        met++;
        boolean ours = own.holds(table, key);
        Version stored = versions.of(new TableKey(table, key));
        if (!ours && stored == null && header.commitMicros() <= versions.sinceMicros(table)) {
            throw new SQLException("the stored row has no version (it was written before rowmesh read this database's log) and the change is"
                    + " older, so nobody can tell which is newer; compare the row in both regions and settle it", "RM001");
        }
        if (!ours && stored != null && !stored.origin().equals(header.origin())) {
            foreign.put(index, new MetRow(index, stored, hadSeen(header, stored) ? null : row));
        }
        if (ours || LastWriteWins.applies(stored, header.version())) {
            winners.add(key);
        }
    }

    /** By timestamps, which name conflicts and never decide. */
    static boolean hadSeen(TransactionHeader header, Version stored) {
        return header.seen().stream().filter(mark -> mark.origin().equals(stored.origin())).mapToLong(SeenMark::commitMicros).max()
                .orElse(Long.MIN_VALUE) >= stored.commitMicros();
    }

    private Phase write() throws SQLException {
        if (deletes && !winners.isEmpty()) {
            rows.delete(table, winners);
        } else if (!winners.isEmpty()) {
            rows.update(changes(winners));
        }
        written += winners.size();
        own.add(table, winners);
        return deletes ? Phase.BURY : missing.isEmpty() ? Phase.DONE : Phase.INSERT;
    }

    private Phase bury() throws SQLException {
        rows.recordTombstones(header.origin(), header.epoch(), left.keySet().stream()
                .map(key -> new Tombstones.Dated(new TableKey(table, key), header.commitMicros(), header.sequence())).toList());
        missing.forEach(key -> withoutRow.add(left.get(key)));
        return Phase.DONE;
    }

    private Phase insert() throws SQLException {
        Set<String> overtaken = Set.copyOf(rows.insert(changes(missing)));
        List<String> inserted = missing.stream().filter(key -> !overtaken.contains(key)).toList();
        inserted.forEach(key -> withoutRow.add(left.get(key)));
        written += inserted.size();
        own.add(table, inserted);
        left.keySet().retainAll(overtaken);
        return left.isEmpty() ? Phase.DONE : Phase.LOCK;
    }

    private List<RowChange> changes(List<String> keys) {
        return keys.stream().map(left::get).map(changes::get).toList();
    }
}
