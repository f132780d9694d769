package io.rowmesh.rules.siblings;

import io.rowmesh.rules.keystate.Image;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.schema.Seen;

import java.util.Map;

/**
 * A write of a key that none of the other writes kept of that key had seen, nor they it.
 *
 * @param stamp   which write it is
 * @param seen    what its origin had seen when it was written, its own transaction included
 * @param deleted whether it deleted the row
 * @param row     the row as it wrote it; of a delete what its log had of the row before
 */
public record Sibling(Stamp stamp, Seen seen, boolean deleted, Image row) {

    /** The region that wrote it. */
    public String region() {
        return stamp.version().origin();
    }

    /** The column values by name, SQL NULL as null; of a delete those of the row before, as far as its log had them. */
    public Map<String, String> values() {
        return row.values();
    }
}
