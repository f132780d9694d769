package io.rowmesh.rules.siblings;

import io.rowmesh.rules.keystate.Image;
import io.rowmesh.rules.keystate.KeyRule;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.rules.keystate.StateText;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.Version;

import java.util.ArrayList;
import java.util.Collections;
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
            if (laterOfSameOrigin(sibling.stamp(), write.stamp()) || seenFromElsewhere(sibling, write.stamp())) {
                return state;
            }
            if (!sibling.stamp().in(write.seen())) {
                kept.add(sibling);
            }
        }
        kept.add(sibling(write));
        return new SiblingState(kept);
    }

    /** What was joined before and comes again, as the capture may begin anew at an earlier place of the log. */
    private static boolean laterOfSameOrigin(Stamp sibling, Stamp write) {
        if (!sibling.version().origin().equals(write.version().origin())) {
            return false;
        }
        int byEpoch = Integer.compare(sibling.epoch(), write.epoch());
        int bySequence = byEpoch != 0 ? byEpoch : Long.compare(sibling.sequence(), write.sequence());
        return bySequence > 0 || bySequence == 0 && sibling.position() >= write.position();
    }

    private static boolean seenFromElsewhere(Sibling sibling, Stamp write) {
        return !sibling.region().equals(write.version().origin()) && write.in(sibling.seen());
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
