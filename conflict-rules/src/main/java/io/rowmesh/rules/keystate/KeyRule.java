package io.rowmesh.rules.keystate;

import io.rowmesh.schema.Seen;
import io.rowmesh.schema.Version;

import java.util.List;
import java.util.Optional;

/**
 * What a rule keeps of one key, and what it makes of it. Two implementations: column-merge and siblings.
 *
 * @param <S> the state; immutable, equal by value
 */
public interface KeyRule<S> {

    /** Of a key of which nothing is known. */
    S none();

    /**
     * With a row that stands although the state does not know its writes: each of them is stable, or older than rowmesh here.
     * Whatever is still to come from any region counts above it.
     *
     * @param version the row's version as stored, null when unknown
     */
    S withBase(S state, Version version, Image row);

    /** The state with one more write; the order in which writes are joined is of no effect (where the rule needs it: of causal orders). */
    S join(S state, Write write);

    /** What the write meets in a state that is without it, neither having seen the other: for the conflict history. */
    List<Met> met(S state, Write write);

    /** The row that is to stand, or none. */
    Optional<Image> shown(S state);

    /**
     * Whether a write from another region is to stand at once over a row that a local transaction wrote which is not captured yet.
     *
     * @param version the local write's version
     * @param row     the local row
     */
    boolean standsOver(Write incoming, Version version, Image row);

    /**
     * Whether nothing in flight can need the state any more: every region is known to have seen all that decides it.
     *
     * @param seenByAll what every region has seen, as far as what was applied here tells (convergence rules 11 and 14)
     */
    boolean stable(S state, Seen seenByAll);

    /** How many writes wait for a person to choose among them; 0 when none does. */
    int unresolved(S state);

    String encode(S state);

    /** @throws IllegalArgumentException when the text is no state of this rule */
    S decode(String text);
}
