package io.rowmesh.agent.capture;

import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * What a local transaction had seen of other regions, and what those regions' appliers wrote into the local log, when the capture
 * reads that too (origin=any). Applied transactions are known by their replication origin and never shipped. The progress row
 * that each of them holds moves what was seen, at the place of its commit in the log: so seen is exact in the order of the log
 * (convergence rule 8), whatever the timestamps say. One engine's; a new one begins again where the change log ends.
 */
final class AppliedTransactions {

    private final LongFunction<List<SeenMark>> approximately;
    /** By origin; null until it is known. */
    private Map<String, SeenMark> seen;
    private Seen seenNow;

    // The open transaction.
    private boolean anyRow;
    private String origin;
    private boolean beginsWithDelete;
    private boolean repair;
    private final List<SeenMark> progress = new ArrayList<>();
    private List<SeenMark> reading;

    /**
     * @param exactly       what had been applied where the change log ends, exactly; null when that is not known
     * @param approximately what is told instead as long as it is not known, by position (LSN); may tell too little
     */
    AppliedTransactions(List<SeenMark> exactly, LongFunction<List<SeenMark>> approximately) {
        this.approximately = approximately;
        if (exactly != null) {
            know(exactly);
        }
    }

    private void know(List<SeenMark> marks) {
        seen = new TreeMap<>();
        marks.forEach(mark -> seen.put(mark.origin(), mark));
        seenNow = Seen.of(marks);
    }

    /** Whether {@link #seenAt} tells exactly what a local transaction that is read now had seen. */
    boolean exact() {
        return seen != null;
    }

    /** What a local transaction that is read now had seen, exactly; null when that is not known. */
    Seen seen() {
        return seenNow;
    }

    /** What a local transaction that ends at a position (LSN) had seen. */
    List<SeenMark> seenAt(long position) {
        return exact() ? List.copyOf(seen.values()) : approximately.apply(position);
    }

    /** What came of a transaction whose end was not read is void. */
    void begin() {
        anyRow = false;
        origin = null;
        beginsWithDelete = false;
        repair = false;
        progress.clear();
        reading = null;
    }

    /**
     * A row of the open transaction.
     *
     * @param rowOrigin its replication origin, null for a local write
     * @return whether it is not to be shipped
     */
    boolean row(String rowOrigin, TableId table, boolean deleted) {
        if (!anyRow) {
            origin = rowOrigin;
            beginsWithDelete = deleted;
            anyRow = true;
        } else if (!Objects.equals(origin, rowOrigin)) {
            throw new CaptureException("a transaction came with rows of two replication origins, " + origin + " and " + rowOrigin
                    + ", so nobody can tell whether it is to be shipped: report this with the versions of server and rowmesh");
        }
        return origin != null || table.equals(CaptureOptions.PROGRESS);
    }

    /** A row that the open transaction put into {@link CaptureOptions#PROGRESS}; {@link #row} is called before. */
    void progress(SeenMark mark) {
        String region = origin == null ? null : ReplicationOrigin.region(origin);
        if (region == null) {
            throw new CaptureException("a transaction " + (origin == null ? "without a replication origin" : "of replication origin " + origin)
                    + " wrote progress of region " + mark.origin() + " into " + CaptureOptions.PROGRESS
                    + ", which only the node may do: " + REMEDY);
        }
        if (!region.equals(ReplicationOrigin.SELF) && !region.equals(mark.origin())) {
            throw new CaptureException("a transaction applied from region " + region + " wrote progress of region " + mark.origin()
                    + ": " + REMEDY);
        }
        progress.add(mark);
    }

    /** The open transaction says that it makes no progress ({@link ReplicationOrigin#REPAIR}). */
    void repair() {
        repair = true;
    }

    /** What the open transaction read from {@link CaptureOptions#PROGRESS} while nobody could write there ({@link SeenReading}). */
    void reading(List<SeenMark> marks) {
        reading = marks;
    }

    /** The open transaction is committed and read to its end. */
    void end() {
        requireProgress();
        if (seen == null && reading != null) {
            know(reading);
        }
        if (seen != null) {
            progress.forEach(this::raise);
        }
        begin();
    }

    /**
     * A lane's second look for rows below a tombstone is a transaction of its own, without progress, and deletes; other repairs
     * say so. Whatever else was applied without progress was applied without our knowing what.
     */
    private void requireProgress() {
        String region = origin == null ? null : ReplicationOrigin.region(origin);
        boolean applied = region != null && !ReplicationOrigin.isOwn(region);
        if (seen != null && applied && progress.isEmpty() && !beginsWithDelete && !repair) {
            throw new CaptureException("a transaction applied from region " + region + " came without its row in " + CaptureOptions.PROGRESS
                    + " (was that table taken out of the publication?), so what later local transactions had seen is unknown: " + REMEDY);
        }
    }

    private static final String REMEDY = "run `rowmesh prepare`, stop the node, run `rowmesh new-epoch`, then load the other regions"
            + " from this one again";

    private void raise(SeenMark mark) {
        SeenMark before = seen.get(mark.origin());
        if (before != null && before.covers(mark.epoch(), mark.sequence())) {
            return;
        }
        requireNext(before, mark);
        long micros = before == null ? mark.commitMicros() : Math.max(before.commitMicros(), mark.commitMicros());
        seen.put(mark.origin(), new SeenMark(mark.origin(), mark.epoch(), mark.sequence(), micros));
        seenNow = seenNow.with(mark.origin(), mark.epoch(), mark.sequence());
    }

    /** A lane applies one sequence after the other; only what the node itself writes, such as a load, may leap. */
    private void requireNext(SeenMark before, SeenMark mark) {
        boolean lane = mark.origin().equals(ReplicationOrigin.region(origin));
        if (lane && before != null && before.epoch() == mark.epoch() && mark.sequence() != before.sequence() + 1) {
            throw new CaptureException("what was applied from region " + mark.origin() + " leaps in the log from sequence "
                    + before.sequence() + " to " + mark.sequence() + ", so what local transactions between had seen is unknown: " + REMEDY);
        }
    }
}
