package io.rowmesh.applier.write;

import io.rowmesh.applier.merge.KeyedTable;
import io.rowmesh.applier.merge.LocalDelete;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was captured of this region's own writes and asks for repairs, gathered until {@link LocalRepairs} gets to it. */
final class LocalNotes {

    /** Of one kind, then it is time for repairs. */
    static final int FLUSH_AT = 5_000;

    private final WriteContext context;
    private final Target target;
    private final Map<TableKey, Deleted> deletes = new LinkedHashMap<>();
    private final Set<TableKey> belowTombstones = new LinkedHashSet<>();
    private final Set<LocalDelete> counted = new LinkedHashSet<>();
    private final CapturedKeys kept;
    private final Map<TableId, List<String[]>> unique = new LinkedHashMap<>();
    private long lastXid = -1;
    private long position;
    private int epoch;

    /** @param texts of the key columns; null for a truncate */
    record Deleted(String[] texts, PastDelete delete) {

        boolean isTruncate() {
            return texts == null;
        }
    }

    /** @param kept gets the writes of tables whose rules keep a state of each key */
    LocalNotes(WriteContext context, CapturedKeys kept) {
        this.context = context;
        this.target = context.target();
        this.kept = kept;
    }

    /** Of the log that was captured last. */
    int epoch() {
        return epoch;
    }

    /** Deletes that need tombstones. */
    Map<TableKey, Deleted> deletes() {
        return deletes;
    }

    /** Keys that were written and may stand below a tombstone. */
    Set<TableKey> belowTombstones() {
        return belowTombstones;
    }

    /** Deletes of tables with counters, whose sequences are known now. */
    Set<LocalDelete> counted() {
        return counted;
    }

    /** Tables under unique: newest-wins that were written, and keys that may stand below a tombstone. */
    Map<TableId, List<String[]>> unique() {
        return unique;
    }

    boolean crowded() {
        return deletes.size() >= FLUSH_AT || belowTombstones.size() >= FLUSH_AT || counted.size() >= FLUSH_AT
                || unique.values().stream().anyMatch(keys -> keys.size() >= FLUSH_AT);
    }

    /** As {@link LocalRepairs#onRows}. Where one has to wait, all are noted again later, in the same places. */
    void add(Version version, int epochOfLog, long sequence, long xid, Seen seen, List<RowChange> changes) throws SQLException {
        epoch = epochOfLog;
        position = xid == lastXid ? position : 0;
        lastXid = xid;
        long before = position;
        try {
            for (RowChange change : changes) {
                position++;
                note(version, sequence, xid, seen, change);
            }
        } catch (SQLException | RuntimeException e) {
            position = before;
            throw e;
        }
    }

    private void note(Version version, long sequence, long xid, Seen seen, RowChange change) throws SQLException {
        if (!context.options().receives().test(change.table().id())) {
            return;
        }
        if (KeyedTable.keeps(context.options().rules().apply(change.table().id()))) {
            noteKept(version, sequence, xid, seen, change);
        } else {
            note(version, sequence, xid, change);
        }
    }

    private void note(Version version, long sequence, long xid, RowChange change) throws SQLException {
        TableKey key = TableKey.of(change);
        if (context.options().rules().apply(key.table()).counts()) {
            noteCounted(key, sequence, xid, change.kind());
            return;
        }
        switch (change.kind()) {
            case DELETE, TRUNCATE -> {
                if (isUnique(key.table())) {
                    // What it had hidden is looked for among the rows that others see.
                    target.awaitVisible(xid);
                }
                String[] texts = key.isWholeTable() ? null : LookAgain.keyTexts(change);
                deletes.remove(key);
                deletes.put(key, new Deleted(texts, new PastDelete(key.key(), version, epoch, sequence)));
            }
            case INSERT, UPDATE -> {
                // Only once others see the row does a tombstone written later know of it; so first this, then the question.
                target.awaitVisible(xid);
                boolean mayBeBelow = context.tombstones().mayContain(key);
                if (isUnique(key.table())) {
                    List<String[]> keys = unique.computeIfAbsent(key.table(), t -> new ArrayList<>());
                    if (mayBeBelow) {
                        keys.add(LookAgain.keyTexts(change));
                    }
                } else if (mayBeBelow) {
                    belowTombstones.add(key);
                }
            }
        }
    }

    /** A key that states are kept of needs no tombstone and no look: the capture writes the row from the joined state. */
    private void noteKept(Version version, long sequence, long xid, Seen seen, RowChange change) throws SQLException {
        target.awaitVisible(xid);
        Seen own = seen == null ? null : seen.with(version.origin(), epoch, sequence);
        kept.note(new Write(new Stamp(version, epoch, sequence, position), own, change, true));
    }

    /** Counters need no tombstone and no look: the table's trigger has told of the delete before anybody could judge the key. */
    private void noteCounted(TableKey key, long sequence, long xid, RowChange.Kind kind) throws SQLException {
        if (kind.removes()) {
            // What the trigger noted is there only once the transaction is visible.
            target.awaitVisible(xid);
            counted.add(new LocalDelete(key.table(), key.key(), sequence, xid));
        }
    }

    private boolean isUnique(TableId table) {
        return context.options().rules().apply(table).newestOfUnique();
    }
}
