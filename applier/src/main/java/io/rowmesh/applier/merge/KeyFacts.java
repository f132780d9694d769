package io.rowmesh.applier.merge;

import io.rowmesh.rules.Deletes;
import io.rowmesh.rules.StoredRow;

/**
 * What stands at a key, as one statement saw it.
 *
 * @param stored  the row with its true version, null when there is none
 * @param deletes what is known of deletes of the key
 */
public record KeyFacts(StoredRow stored, Deletes deletes) {
}
