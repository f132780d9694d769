package io.rowmesh.rules.keystate;

/**
 * What is kept of a key.
 *
 * @param state    the rule's
 * @param captured commit timestamp (microseconds) of the last local transaction of the key that is joined; null when none is
 * @param waiting  whether the row was left as a local transaction had it, so that somebody has to write it from the state later
 * @param withheld whether a local write of the key is not credible and waits to be stated anew (convergence rules 6 and 7): told
 *                 by what keeps such keys, not kept with the state
 */
public record Kept<S>(S state, Long captured, boolean waiting, boolean withheld) {
}
