package io.rowmesh.applier.write;

import io.rowmesh.schema.SeenMark;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What had been applied here from other regions up to a position of the local log: what a local transaction that committed
 * there had "seen". Never over-states; may under-state a little, which at worst gives a conflict a name it did not need.
 */
public final class AppliedMarks {

    /** Beyond so many marks that no capture has passed, new ones replace old ones: what was seen is then under-stated. */
    private static final int MAX_AHEAD = 4_096;

    private final Deque<Positioned> ahead = new ArrayDeque<>();
    private final Map<String, SeenMark> seen = new HashMap<>();

    private record Positioned(long lsn, SeenMark mark) {
    }

    /** Everything up to the mark had been committed before the local log reached lsn. */
    synchronized void applied(long lsn, SeenMark mark) {
        Positioned last = ahead.peekLast();
        if (ahead.size() >= MAX_AHEAD && last.mark().origin().equals(mark.origin())) {
            ahead.removeLast();
        }
        ahead.addLast(new Positioned(lsn, mark));
    }

    /** Marks at a commit's position. Positions must not fall from call to call. */
    public synchronized List<SeenMark> seenAt(long lsn) {
        while (!ahead.isEmpty() && Long.compareUnsigned(ahead.peekFirst().lsn(), lsn) <= 0) {
            SeenMark mark = ahead.removeFirst().mark();
            seen.merge(mark.origin(), mark, AppliedMarks::later);
        }
        Collection<SeenMark> now = seen.values();
        return List.copyOf(now);
    }

    private static SeenMark later(SeenMark old, SeenMark fresh) {
        return new SeenMark(fresh.origin(), fresh.epoch(), fresh.sequence(), Math.max(old.commitMicros(), fresh.commitMicros()));
    }
}
