package io.rowmesh.applier.merge;

import io.rowmesh.rules.keystate.Kept;
import io.rowmesh.rules.keystate.StoredKey;

/**
 * What stands at a key whose state is kept, as one statement saw it.
 *
 * @param stored the row
 * @param xmin   the transaction that wrote the row, 32 bits; 0 when there is none
 * @param kept   what is kept of the key, the state as text; null when nothing is
 * @param recorded grows with each time that it is kept; 0 when nothing is
 * @param table  the state of the whole table (its truncates) as text; null when there is none
 */
public record FoundKey(StoredKey stored, long xmin, Kept<String> kept, long recorded, String table) {
}
