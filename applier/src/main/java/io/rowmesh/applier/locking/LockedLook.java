package io.rowmesh.applier.locking;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.FallenRow;
import io.rowmesh.applier.write.FallenRows;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A look for rows below deletes of their keys, or over them: second look, re-assertion, truncate. Rows are locked and judged a piece at
 * a time. Goes on where it had to wait.
 */
final class LockedLook {

    /** What it is to find. */
    enum Kind {
        /** Rows that are strictly older, to be deleted. */
        BELOW,
        /** The same, but what waits for its touch is left out. */
        BELOW_NOT_PENDING,
        /** Rows that are not newer, to be deleted, with what is newer: a truncate that is applied. */
        UP_TO,
        /** Rows of other regions that are newer; nothing is deleted. */
        OVER
    }

    private enum Phase { LOCK, LOG_END, VERSIONS, JUDGE, DELETE, DONE }

    private final LockedRows rows;
    private final RowVersions versions;
    private final OwnKeys own;
    private final String region;
    private final Kind kind;
    private final TableId table;
    private final Map<String, PastDelete> byKey = new HashMap<>();
    private final PastDelete ofAll;
    /** Of the truncate that is applied; null for repairs. */
    private final TransactionHeader header;

    private Phase phase = Phase.LOCK;
    private Map<String, NamedRow> standing = Map.of();
    private String next;
    private long logEnd;
    private final List<String> falling = new ArrayList<>();
    private final Map<String, Found> found = new TreeMap<>();

    /** Of the deletes of one origin. */
    private static final class Found {
        private final List<FallenRow> listed = new ArrayList<>();
        private long deleted;
        private long kept;

        private void tell(String key, NamedRow row, Version stored, PastDelete delete, boolean falls) {
            deleted += falls ? 1 : 0;
            kept += falls ? 0 : 1;
            if (listed.size() < ConflictBatch.LISTED) {
                listed.add(new FallenRow(key, row, stored, delete));
            }
        }
    }

    /** @param deletes of keys, the newest of each, or one truncate */
    LockedLook(LockedRows rows, RowVersions versions, String region, Kind kind, TableId table, List<PastDelete> deletes) {
        this(rows, versions, new OwnKeys(), region, kind, table, deletes, null);
    }

    /** Of a truncate that is applied: of what it meets only that is told which its origin had neither written nor seen. */
    LockedLook(LockedRows rows, RowVersions versions, OwnKeys own, String region, TableId table, TransactionHeader header) {
        this(rows, versions, own, region, Kind.UP_TO, table, List.of(new PastDelete(RowKey.ALL, header.version(), header.epoch(), header.sequence())), header);
    }

    private LockedLook(LockedRows rows, RowVersions versions, OwnKeys own, String region, Kind kind, TableId table, List<PastDelete> deletes,
                       TransactionHeader header) {
        this.own = own;
        this.header = header;
        this.rows = rows;
        this.versions = versions;
        this.region = region;
        this.kind = kind;
        this.table = table;
        this.ofAll = deletes.size() == 1 && deletes.get(0).key().equals(RowKey.ALL) ? deletes.get(0) : null;
        for (PastDelete delete : deletes) {
            byKey.merge(delete.key(), delete, (one, other) -> one.version().compareTo(other.version()) >= 0 ? one : other);
        }
    }

    /** By origin of the deletes; to be called again when it had to wait. */
    List<FallenRows> run() throws SQLException {
        while (phase != Phase.DONE) {
            phase = step();
        }
        return found.values().stream().map(each -> new FallenRows(each.listed, each.deleted, each.kept)).toList();
    }

    private Phase step() throws SQLException {
        return switch (phase) {
            case LOCK -> lock();
            case LOG_END -> {
                logEnd = rows.logEnd();
                yield Phase.VERSIONS;
            }
            case VERSIONS -> {
                versions.await(logEnd);
                yield Phase.JUDGE;
            }
            case JUDGE -> judge();
            case DELETE -> delete();
            case DONE -> Phase.DONE;
        };
    }

    private Phase lock() throws SQLException {
        if (ofAll == null) {
            standing = rows.lock(table, List.copyOf(byKey.keySet()));
        } else {
            LockedRows.Piece piece = rows.lockPiece(table, next);
            standing = piece.rows();
            next = piece.next();
        }
        return standing.isEmpty() ? piece() : Phase.LOG_END;
    }

    private Phase judge() throws SQLException {
        falling.clear();
        Set<String> pending = kind == Kind.BELOW_NOT_PENDING ? Set.copyOf(rows.pending(table, List.copyOf(standing.keySet()))) : Set.of();
        standing.forEach((key, row) -> {
            if (!pending.contains(key)) {
                judge(key, row, ofAll == null ? byKey.get(key) : ofAll);
            }
        });
        return Phase.DELETE;
    }

    private void judge(String key, NamedRow row, PastDelete delete) {
        Version stored = versions.of(new TableKey(table, key));
        boolean ours = own.holds(table, key);
        boolean older = ours || (stored == null ? delete.version().commitMicros() > versions.sinceMicros(table)
                : stored.compareTo(delete.version()) < (kind == Kind.UP_TO ? 1 : 0));
        boolean users = stored != null && stored.origin().equals(region);
        boolean ownDelete = delete.version().origin().equals(region);
        switch (kind) {
            case OVER -> {
                if (stored != null && !users && !older) {
                    found(delete).tell(key, row, stored, delete, false);
                }
            }
            case UP_TO -> {
                if (older) {
                    falling.add(key);
                }
                if (!ours && isUnseen(stored)) {
                    found(delete).tell(key, row, stored, delete, older);
                }
            }
            // What a user wrote here came after a delete of this region, whatever the timestamps: see LookAgain.
            case BELOW, BELOW_NOT_PENDING -> {
                if (older && !(ownDelete && users)) {
                    falling.add(key);
                    found(delete).tell(key, row, stored, delete, true);
                }
            }
        }
    }

    private boolean isUnseen(Version stored) {
        return stored != null && !stored.origin().equals(header.origin()) && !LockedWrite.hadSeen(header, stored);
    }

    private Found found(PastDelete delete) {
        return found.computeIfAbsent(delete.version().origin(), origin -> new Found());
    }

    private Phase delete() throws SQLException {
        if (!falling.isEmpty()) {
            rows.delete(table, falling);
        }
        return piece();
    }

    private Phase piece() {
        return ofAll != null && next != null ? Phase.LOCK : Phase.DONE;
    }
}
