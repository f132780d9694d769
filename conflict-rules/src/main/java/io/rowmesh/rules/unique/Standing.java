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
 * @param users   whether a user of this region wrote it where it stands, so that nobody has moved it since
 * @param pending whether the node will state its key anew (convergence rule 7): then it will be the newest of all
 */
public record Standing(String key, Version version, List<String> values, boolean shown, boolean users, boolean pending) {

    /** Of a key that is not pending, not by a user. */
    public Standing(String key, Version version, List<String> values, boolean shown) {
        this(key, version, values, shown, false, false);
    }

    /**
     * Whether a user wrote it over a hidden row of its key, which he did not see: then it is the later one, whatever its timestamp. That
     * is certain of a row of this region, which left the table before he could write; of another region's, which may have come
     * while he did, it makes no difference once the key is pending.
     */
    boolean cameOver(Standing hidden) {
        return users && shown && !hidden.shown() && (pending || version.origin().equals(hidden.version().origin()));
    }
}
