package io.rowmesh.applier.unique;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.Version;

/**
 * A row of a table with secondary unique keys, in the table or hidden.
 *
 * @param row     in the shape that was asked for
 * @param version of its last write, whoever moved it since
 * @param xmin    who put it into the table, so that it is known again; 0 for a hidden row
 * @param users   whether a user of this region wrote it where it stands: it is neither applied, nor hidden, nor was it moved
 * @param kept    whether its version is kept beside it; else the database tells it, for as long as it has commit timestamps so old
 */
public record UniqueRow(Row row, Version version, long xmin, boolean users, boolean kept) {
}
