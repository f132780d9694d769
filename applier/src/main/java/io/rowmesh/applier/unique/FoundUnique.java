package io.rowmesh.applier.unique;

import io.rowmesh.schema.Version;

/**
 * What stands at a key, as one statement saw it.
 *
 * @param row    in the table; null when there is none
 * @param hidden null when there is none
 * @param delete the newest delete of the key or of the whole table; null when none is remembered
 */
public record FoundUnique(UniqueRow row, UniqueRow hidden, Version delete) {
}
