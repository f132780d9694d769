package io.rowmesh.rules.keystate;

/**
 * What is kept of a key.
 *
 * @param state    the rule's
 * @param captured commit timestamp (microseconds) of the last local transaction of the key that is joined; null when none is
 * @param waiting  whether the row was left as a local transaction had it, so that somebody has to write it from the state later
 * @param withheld whether a local write of the key is not credible and waits to be stated anew (convergence rules 6 and 7): told
 *                 by what keeps such keys, not kept with the state
 * @param unresolved how many writes wait for a person to choose among them; told with a state that is to be kept
 */
public record Kept<S>(S state, Long captured, boolean waiting, boolean withheld, int unresolved) {

    public Kept(S state, Long captured, boolean waiting, boolean withheld) {
        this(state, captured, waiting, withheld, 0);
    }

    /** The same, the row being left as it was. */
    public Kept<S> leftWaiting() {
        return new Kept<>(state, captured, true, withheld, unresolved);
    }
}
