package io.rowmesh.applier.write;

import io.rowmesh.schema.Version;

/**
 * A tombstone over the key of an incoming insert or update.
 *
 * @param newer whether it is newer than the change, which then is left out
 */
public record MetDelete(int index, Version version, boolean newer) {
}
