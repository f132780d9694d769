package io.rowmesh.applier.unique;

import io.rowmesh.schema.Version;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What stands at a key, as one statement saw it.
 *
 * @param row    in the table; null when there is none
 * @param hidden null when there is none
 * @param delete the newest delete of the key or of the whole table; null when none is remembered
 */
public record FoundUnique(UniqueRow row, UniqueRow hidden, Delete delete) {

    /**
     * @param epoch    of its origin's log
     * @param sequence of its transaction
     */
    public record Delete(Version version, int epoch, long sequence) {
    }

    /** Null when no delete is remembered. */
    public Version deleted() {
        return delete == null ? null : delete.version();
    }

    /** What stands, in the table and hidden. */
    public List<UniqueRow> rows() {
        return Stream.of(row, hidden).filter(Objects::nonNull).toList();
    }
}
