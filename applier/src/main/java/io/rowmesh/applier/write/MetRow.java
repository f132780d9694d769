package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.schema.Version;

/**
 * A stored row that an incoming change met, last written by another origin than the change's.
 *
 * @param row what stood there; null when the change's origin had seen that write
 */
public record MetRow(int index, Version stored, NamedRow row) {
}
