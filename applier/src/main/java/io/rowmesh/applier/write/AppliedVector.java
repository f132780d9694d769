package io.rowmesh.applier.write;

import io.rowmesh.schema.Seen;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What each lane of this node has applied, as far as it knows, for others to wait by. Not what is certain: after a crash of the
 * database a lane that has not noticed it yet tells too much, so whoever waited asks the database itself.
 */
public final class AppliedVector {

    private record Told(Seen.Mark mark, long times) {
        static final Told NOTHING = new Told(null, 0);
    }

    private final Map<String, Told> told = new HashMap<>();

    /** By an origin's own lane only: after each commit, and when it has connected. */
    synchronized void tell(String origin, int epoch, long sequence) {
        told.merge(origin, new Told(new Seen.Mark(epoch, sequence), 1), (old, now) -> new Told(now.mark(), old.times() + 1));
        notifyAll();
    }

    /** What an origin's lane told last; null when nothing. */
    synchronized Seen.Mark of(String origin) {
        return told.getOrDefault(origin, Told.NOTHING).mark();
    }

    /** How often an origin's lane has told something, for {@link #await}. */
    synchronized long times(String origin) {
        return told.getOrDefault(origin, Told.NOTHING).times();
    }

    /** Waits until an origin's lane tells, after a number of times, that it has applied everything up to a mark; no longer than patience. */
    synchronized void await(String origin, Seen.Mark mark, long afterTimes, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (long left = patience.toMillis(); left > 0 && !reached(origin, mark, afterTimes); left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    private boolean reached(String origin, Seen.Mark mark, long afterTimes) {
        Told now = told.getOrDefault(origin, Told.NOTHING);
        return now.times() > afterTimes && now.mark().compareTo(mark) >= 0;
    }
}
