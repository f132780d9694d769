package io.rowmesh.applier.unique;

import io.rowmesh.rules.unique.Standing;

/** A row that collides, or may: what decides about it, and the row itself in the table's local shape. */
public record Candidate(Standing standing, UniqueRow row) {
}
