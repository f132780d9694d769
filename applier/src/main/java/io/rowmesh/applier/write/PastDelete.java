package io.rowmesh.applier.write;

import io.rowmesh.schema.Version;

/**
 * A delete that has a tombstone, as what is older than it is looked for.
 *
 * @param key      canonical; {@code *} for a truncate
 * @param epoch    of its origin's log
 * @param sequence of its transaction
 */
public record PastDelete(String key, Version version, int epoch, long sequence) {
}
