package io.rowmesh.applier.merge;

import io.rowmesh.rules.StoredRow;

import java.util.List;

/**
 * Rows that went with a truncate whose origin had not seen their last write, by timestamps, which name conflicts and never decide.
 *
 * @param listed so many as the history lists
 * @param all    how many there were
 */
public record Removed(List<StoredRow> listed, long all) {
}
