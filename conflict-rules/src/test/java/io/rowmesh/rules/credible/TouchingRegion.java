package io.rowmesh.rules.credible;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One key in one region, last-write-wins with tombstones: just enough to see where a touch goes wrong. */
final class TouchingRegion {

    static final WrittenKey KEY = new WrittenKey(new TableId("public", "t"), "[\"1\"]");
    static final long FOREVER = 1_000_000;

    /** @param value null for a delete */
    record Change(Version version, String value) {
    }

    /** @param touched whether it is a touch; its value null when it found no row */
    private record Logged(long micros, String value, boolean touched, long after) {
    }

    private final String name;
    private final LogVersions versions = new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE);
    private final PendingKeys pending = new PendingKeys();
    private final Deque<Logged> log = new ArrayDeque<>();
    private final List<Change> shipped = new ArrayList<>();
    private long position;
    private long captured;
    private long withheldAt;
    private Change row;
    private Version tombstone;

    TouchingRegion(String name) {
        this.name = name;
    }

    void write(long micros, String value) {
        row = value == null ? null : new Change(new Version(micros, name), value);
        log.add(new Logged(micros, value, false, 0));
        position++;
    }

    /** A commit that is in the log and not yet visible. */
    void writeInvisibly(long micros, String value) {
        log.add(new Logged(micros, value, false, 0));
        position++;
    }

    void becomesVisible(long micros, String value) {
        row = new Change(new Version(micros, name), value);
    }

    /** What a touch that is begun now will re-state. */
    String looks() {
        return row == null ? null : row.value();
    }

    void touch(long micros, String seen, long after) {
        if (seen != null) {
            row = new Change(new Version(micros, name), seen);
        }
        log.add(new Logged(micros, seen, true, after));
        position++;
    }

    long withheldAt() {
        return withheldAt;
    }

    long newest() {
        return versions.newest();
    }

    boolean isPending() {
        return pending.holds(KEY);
    }

    /** Captures everything; the latest credible timestamp is given. */
    void capture(long latest, boolean deleteWhateverHappened) {
        while (!log.isEmpty()) {
            Logged next = log.remove();
            captured++;
            LocalTransaction transaction = new LocalTransaction(versions, pending, next.micros());
            if (next.touched()) {
                transaction.touches(KEY);
                if (next.value() == null && !deleteWhateverHappened && !pending.mayDelete(KEY, next.after())) {
                    continue;
                }
            }
            transaction.wrote(KEY);
            judge(transaction, next, latest);
        }
    }

    private void judge(LocalTransaction transaction, Logged next, long latest) {
        if (transaction.judge(captured, latest) == LocalTransaction.Verdict.WITHHOLD) {
            pending.withheld(KEY, captured, withheldByTombstone(next));
            withheldAt = captured;
            return;
        }
        Version version = new Version(next.micros(), name);
        shipped.add(new Change(version, next.value()));
        if (next.value() == null) {
            bury(version);
        }
    }

    /** A node that died after it had recorded the tombstone of a delete judges it anew. */
    void recordsTombstone(long micros) {
        bury(new Version(micros, name));
    }

    private boolean withheldByTombstone(Logged next) {
        boolean withdrawn = next.value() == null && new Version(next.micros(), name).equals(tombstone);
        tombstone = withdrawn ? null : tombstone;
        return withdrawn;
    }

    private void bury(Version version) {
        tombstone = tombstone == null || tombstone.compareTo(version) < 0 ? version : tombstone;
        if (row != null && row.version().compareTo(version) < 0) {
            row = null;
        }
    }

    List<Change> shipped() {
        return shipped;
    }

    void apply(Change change) {
        versions.begun(position, change.version().commitMicros() + 1, change.version().commitMicros());
        boolean buried = tombstone != null && tombstone.compareTo(change.version()) > 0;
        if (change.value() == null) {
            bury(change.version());
        } else if (!buried && (row == null || row.version().compareTo(change.version()) <= 0)) {
            row = change;
        }
    }

    String value() {
        return row == null ? null : row.value();
    }
}
