package io.rowmesh.rules;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.Version;

/**
 * A row as it stands in a region.
 *
 * @param row     its values, in the shape of the change that meets it
 * @param version the greatest version among the writes that made it
 */
public record StoredRow(Row row, Version version) {

    /** Of a row that was written before versions were kept, met by a change that is newer than that: below every other. */
    public static final Version OLDEST = new Version(Long.MIN_VALUE, "");
}
