package io.rowmesh.rules.keystate;

import io.rowmesh.schema.Version;

/**
 * A write and one that it met in a key's state, neither of which had seen the other, where values or a delete of one of the two
 * went: for the conflict history, and never to decide.
 *
 * @param write  the write that was joined
 * @param stored the version of what it met
 * @param row    of that, the values that went or that the other's went for; null for a delete
 * @param stays  whether what was met stays, and the write's own values went
 */
public record Met(Write write, Version stored, Image row, boolean stays) {
}
