package io.rowmesh.rules.siblings;

import io.rowmesh.rules.keystate.Image;
import io.rowmesh.rules.keystate.KeyRule;
import io.rowmesh.rules.keystate.Met;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.rules.keystate.StateText;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.Version;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keeps the writes of a key that did not see each other, and shows the one that a {@link SiblingChooser} takes (convergence
 * rule 11). A write takes the place of those that it has seen. A delete is a sibling like any other.
 *
 * <p>Why it converges: what is kept is, of all writes of the key, those that no other one has seen: a property of the set of writes,
 * whatever the order. What is shown is a function of what is kept. The conditions: seen is exact in the order of the origin's log
 * (rule 8), and transitive, which causal delivery (rule 9) makes it. Under it a write that arrives has been seen by nothing that is
 * kept, but for one that was parked and comes later than what was written here over it.
 */
public final class SiblingRule implements KeyRule<SiblingState> {

    private static final Image NOTHING = new Image(Collections.emptySortedMap());

    private static final Comparator<Stamp> ORDER_OF_LOG = Comparator.comparingInt(Stamp::epoch).thenComparingLong(Stamp::sequence)
            .thenComparingLong(Stamp::position);

    private final SiblingChooser chooser;
    private final boolean settledByPeople;

    /** @param settledByPeople whether several siblings stay until a person's write settles them (park) */
    public SiblingRule(SiblingChooser chooser, boolean settledByPeople) {
        this.chooser = chooser;
        this.settledByPeople = settledByPeople;
    }

    @Override
    public SiblingState none() {
        return SiblingState.NONE;
    }

    /** Everybody has seen such a row, so the first write to come takes its place: nothing is kept of it. */
    @Override
    public SiblingState withBase(SiblingState state, Version version, Image row) {
        return state;
    }

    @Override
    public SiblingState join(SiblingState state, Write write) {
        List<Sibling> kept = new ArrayList<>();
        for (Sibling sibling : state.siblings()) {
            boolean sameOrigin = sibling.region().equals(write.stamp().version().origin());
            if (sameOrigin ? !laterThan(sibling, write) : write.stamp().in(sibling.seen())) {
                return state;
            }
            if (!sameOrigin && !sibling.stamp().in(write.seen())) {
                kept.add(sibling);
            }
        }
        kept.add(sibling(write));
        return new SiblingState(kept);
    }

    @Override
    public List<Met> met(SiblingState state, Write write) {
        SiblingState joined = join(state, write);
        if (joined.equals(state)) {
            return List.of();
        }
        Sibling shown = state.siblings().isEmpty() ? null : chooser.choose(state.siblings());
        return SiblingConflicts.of(shown, joined, chooser.choose(joined.siblings()), write);
    }

    /**
     * Whether a write comes after a sibling of its own origin. What was joined before can come again, as the capture may begin anew at
     * an earlier place of the log. Then it may also withhold a transaction that it had joined, and number what follows anew: so local
     * writes, whose timestamps rise with every one of a key that is shipped (convergence rule 6), go by those, and the last number counts.
     */
    private static boolean laterThan(Sibling sibling, Write write) {
        int byTime = Long.compare(sibling.stamp().version().commitMicros(), write.stamp().version().commitMicros());
        if (write.local() && sibling.stamp().epoch() == write.stamp().epoch() && (byTime != 0 || numberedAnew(sibling, write))) {
            return byTime <= 0;
        }
        return ORDER_OF_LOG.compare(sibling.stamp(), write.stamp()) < 0;
    }

    private static boolean numberedAnew(Sibling sibling, Write write) {
        Sibling again = sibling(write);
        return sibling.stamp().sequence() != write.stamp().sequence() && sibling.stamp().position() == write.stamp().position()
                && sibling.deleted() == again.deleted() && sibling.row().equals(again.row());
    }

    private static Sibling sibling(Write write) {
        RowChange change = write.change();
        boolean deleted = change.kind() == RowChange.Kind.DELETE || change.kind() == RowChange.Kind.TRUNCATE;
        Row row = RowChange.keyImage(change);
        return new Sibling(write.stamp(), write.seen(), deleted, row == null ? NOTHING : Image.of(change.table(), row));
    }

    @Override
    public Optional<Image> shown(SiblingState state) {
        if (state.siblings().isEmpty()) {
            return Optional.empty();
        }
        Sibling chosen = chooser.choose(state.siblings());
        return chosen.deleted() ? Optional.empty() : Optional.of(chosen.row());
    }

    /** The local write has seen all that is kept, or will be found not to have when it is captured; the write has not seen it. */
    @Override
    public boolean standsOver(Write incoming, Version version, Image row) {
        if (version == null) {
            return false;
        }
        Sibling local = new Sibling(new Stamp(version, Integer.MAX_VALUE, Long.MAX_VALUE, 0), Seen.NONE, false, row);
        Sibling remote = sibling(incoming);
        return chooser.choose(new SiblingState(List.of(local, remote)).siblings()).equals(remote);
    }

    /**
     * Once every sibling is seen by all: whatever is still to come has seen them all and takes the place of them all. Dropping
     * losing siblings one by one would ask a chooser to take the same one of fewer, which not every chooser does.
     */
    @Override
    public boolean stable(SiblingState state, Seen seenByAll) {
        return unresolved(state) == 0 && state.siblings().stream().allMatch(sibling -> sibling.stamp().in(seenByAll));
    }

    @Override
    public int unresolved(SiblingState state) {
        return settledByPeople && state.siblings().size() > 1 ? state.siblings().size() : 0;
    }

    @Override
    public String encode(SiblingState state) {
        StateText text = new StateText();
        for (Sibling sibling : state.siblings()) {
            text.put(sibling.stamp()).put(sibling.deleted() ? 1 : 0).put(sibling.seen().marks().size());
            sibling.seen().marks().forEach((region, mark) -> text.put(region).put(mark.epoch()).put(mark.sequence()));
            text.put(sibling.values().size());
            sibling.values().forEach((name, value) -> text.put(name).put(value));
        }
        return text.text();
    }

    @Override
    public SiblingState decode(String encoded) {
        return read(encoded);
    }

    /** The state as text, whatever the rule's chooser. */
    public static SiblingState read(String encoded) {
        StateText text = new StateText(encoded);
        List<Sibling> siblings = new ArrayList<>();
        while (!text.atEnd()) {
            Stamp stamp = text.nextStamp();
            boolean deleted = text.nextLong() == 1;
            Seen seen = Seen.NONE;
            for (long left = text.nextLong(); left > 0; left--) {
                seen = seen.with(text.next(), (int) text.nextLong(), text.nextLong());
            }
            TreeMap<String, String> values = new TreeMap<>();
            for (long left = text.nextLong(); left > 0; left--) {
                values.put(text.next(), text.next());
            }
            siblings.add(new Sibling(stamp, seen, deleted, new Image(values)));
        }
        return new SiblingState(siblings);
    }
}
