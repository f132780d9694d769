package io.rowmesh.applier.write;

import io.rowmesh.schema.Version;

/** A stored row that an incoming change met, last written by another origin than the change's. */
public record MetRow(int index, Version stored) {
}
