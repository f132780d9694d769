package io.rowmesh.schema;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a region has seen of other regions: for each origin, everything up to a sequence of an epoch (convergence rule 8).
 * Immutable. An origin that it does not name has been seen nothing of.
 */
public final class Seen {

    public static final Seen NONE = new Seen(new TreeMap<>());

    private final TreeMap<String, Mark> marks;

    private Seen(TreeMap<String, Mark> marks) {
        this.marks = marks;
    }

    /**
     * Everything of an origin up to a sequence of an epoch; all of its earlier epochs count as seen.
     */
    public record Mark(int epoch, long sequence) implements Comparable<Mark> {

        @Override
        public int compareTo(Mark other) {
            return epoch != other.epoch ? Integer.compare(epoch, other.epoch) : Long.compare(sequence, other.sequence);
        }
    }

    /** Of two marks of one origin the greater counts. */
    public static Seen of(Collection<SeenMark> marks) {
        Seen seen = NONE;
        for (SeenMark mark : marks) {
            seen = seen.with(mark.origin(), mark.epoch(), mark.sequence());
        }
        return seen;
    }

    /** Whether a transaction of an origin is among what was seen. */
    public boolean includes(String origin, int epoch, long sequence) {
        Mark mark = marks.get(origin);
        return mark != null && mark.compareTo(new Mark(epoch, sequence)) >= 0;
    }

    /** The last that was seen of an origin; null when nothing was. */
    public Mark of(String origin) {
        return marks.get(origin);
    }

    /** With an origin's mark raised to this one; the same when it is not above what was seen already. */
    public Seen with(String origin, int epoch, long sequence) {
        if (includes(origin, epoch, sequence)) {
            return this;
        }
        TreeMap<String, Mark> raised = new TreeMap<>(marks);
        raised.put(origin, new Mark(epoch, sequence));
        return new Seen(raised);
    }

    /** With what another one has seen, too. */
    public Seen with(Seen other) {
        Seen both = this;
        for (Map.Entry<String, Mark> entry : other.marks.entrySet()) {
            both = both.with(entry.getKey(), entry.getValue().epoch(), entry.getValue().sequence());
        }
        return both;
    }

    /** Whether this one has seen all that the other one has. */
    public boolean atLeast(Seen other) {
        return other.marks.entrySet().stream()
                .allMatch(e -> includes(e.getKey(), e.getValue().epoch(), e.getValue().sequence()));
    }

    /** By origin, in the order of their names. */
    public Map<String, Mark> marks() {
        return Collections.unmodifiableMap(marks);
    }

    /** The form in which it travels; commit timestamps, which never decide anything, are left at 0. */
    public List<SeenMark> toMarks() {
        return marks.entrySet().stream()
                .map(e -> new SeenMark(e.getKey(), e.getValue().epoch(), e.getValue().sequence(), 0)).toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Seen seen && marks.equals(seen.marks);
    }

    @Override
    public int hashCode() {
        return marks.hashCode();
    }

    @Override
    public String toString() {
        return marks.toString();
    }
}
