package io.rowmesh.rules.keystate;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;

/**
 * A change of a key, or a truncate of its table, as it is joined into the key's state.
 *
 * @param stamp  which write it is
 * @param seen   what its origin had seen when it committed, its own transactions up to and with this one included; null where
 *               the rule does not ask
 * @param change the change
 * @param local  whether it was written in this region
 */
public record Write(Stamp stamp, Seen seen, RowChange change, boolean local) {
}
