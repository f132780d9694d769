package io.rowmesh.rules.unique;

import io.rowmesh.schema.Version;

import java.util.List;

/**
 * A row of a table with secondary unique keys, where it stands.
 *
 * @param key     canonical primary key; a key may stand twice, in the table and hidden
 * @param version of its last write
 * @param values  for each unique key of the table a text that equals another row's exactly when the database calls them equal;
 *                null where the row has none, which collides with nothing
 * @param shown   whether it stands in the table; else it is hidden
 * @param pending whether the node will state its key anew (convergence rule 7): then it will be the newest of all
 */
public record Standing(String key, Version version, List<String> values, boolean shown, boolean pending) {

    /** Of a key that is not pending. */
    public Standing(String key, Version version, List<String> values, boolean shown) {
        this(key, version, values, shown, false);
    }
}
