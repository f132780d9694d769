package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.schema.Version;

/**
 * A row and a delete of its key that had not seen each other, as a look at rows below tombstones finds them.
 *
 * @param key    canonical
 * @param stored when and where the row was written; null when nobody knows
 * @param delete what it is older than, or newer
 */
public record FallenRow(String key, NamedRow row, Version stored, PastDelete delete) {

    /** Whether it is newer than the delete. */
    boolean stays() {
        return stored != null && stored.compareTo(delete.version()) > 0;
    }
}
