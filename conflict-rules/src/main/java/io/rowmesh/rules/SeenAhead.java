package io.rowmesh.rules;

import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the transactions that come here had seen of other regions that was not durable here yet. So a change that comes after one that
 * had seen it (three regions, a slow link) is told from one that did not, as the two are no conflict. For names only; it never decides
 * (convergence rule 8). What is not known, after a restart, counts as not seen.
 */
public final class SeenAhead {

    /** Of one region by another one. Beyond that every second step is forgotten: what lies between counts as not seen. */
    static final int STEPS = 4_096;

    private record Pair(String by, String of) {
    }

    /** By origin: the greatest commit timestamp of its transactions that came here, microseconds. */
    private final Map<String, Long> newest = new HashMap<>();
    private final Map<String, Seen.Mark> durable = new HashMap<>();
    /** By what was seen: whichever transaction has a greater timestamp than this comes after it in its region's log, and so had seen it. */
    private final Map<Pair, TreeMap<Seen.Mark, Long>> steps = new HashMap<>();

    /** @param commitMicros the greatest commit timestamp of an origin's transactions that are applied here */
    public synchronized void resumes(String origin, long commitMicros) {
        newest.merge(origin, commitMicros, Math::max);
    }

    /** A transaction is about to be applied; an origin's in the order of its log, some perhaps again. @param here this region */
    public synchronized void heard(String here, TransactionHeader header) {
        Long before = newest.get(header.origin());
        for (SeenMark mark : before == null ? List.<SeenMark>of() : header.seen()) {
            Seen.Mark seen = new Seen.Mark(mark.epoch(), mark.sequence());
            if (!mark.origin().equals(here) && isAbove(seen, durable.get(mark.origin()))) {
                step(steps.computeIfAbsent(new Pair(header.origin(), mark.origin()), pair -> new TreeMap<>()), seen, before);
            }
        }
        if (header.commitMicros() != Version.NONE_MICROS) {
            newest.merge(header.origin(), header.commitMicros(), Math::max);
        }
    }

    private static boolean isAbove(Seen.Mark mark, Seen.Mark other) {
        return other == null || mark.compareTo(other) > 0;
    }

    private static void step(TreeMap<Seen.Mark, Long> of, Seen.Mark seen, long after) {
        if (!of.isEmpty() && !isAbove(seen, of.lastKey())) {
            return;
        }
        if (of.size() == STEPS) {
            Iterator<Seen.Mark> each = of.keySet().iterator();
            while (each.hasNext()) {
                each.next();
                each.remove();
                each.next();
            }
        }
        of.put(seen, after);
    }

    /** Nothing up to this will come again. */
    public synchronized void durable(String origin, int epoch, long sequence) {
        Seen.Mark mark = new Seen.Mark(epoch, sequence);
        durable.put(origin, mark);
        steps.forEach((pair, of) -> {
            if (pair.of().equals(origin)) {
                of.headMap(mark, true).clear();
            }
        });
    }

    /**
     * Whether a write that stands here is certain to have seen a change that comes only now.
     *
     * @param stored its version; null when it is not known
     */
    public synchronized boolean hadSeen(Version stored, TransactionHeader incoming) {
        TreeMap<Seen.Mark, Long> of = stored == null ? null : steps.get(new Pair(stored.origin(), incoming.origin()));
        Map.Entry<Seen.Mark, Long> first = of == null ? null : of.ceilingEntry(new Seen.Mark(incoming.epoch(), incoming.sequence()));
        return first != null && stored.commitMicros() > first.getValue();
    }

    synchronized int size() {
        return steps.values().stream().mapToInt(Map::size).sum();
    }
}
