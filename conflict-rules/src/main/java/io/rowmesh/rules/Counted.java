package io.rowmesh.rules;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.Version;

/** What {@link Counters} makes of an incoming insert or update. */
public sealed interface Counted {

    /** It does not count, and nothing is written. */
    record Dropped(Why why) implements Counted {
    }

    /** Why a change does not count. */
    enum Why {
        /** A delete of its key stands that it had not seen. */
        DELETED,
        /** An update that found no row, and no delete that would explain it: to be reported, never made an insert of. */
        MISSING
    }

    /** The key had no row: the image stands as it came, with the change's own version. */
    record Inserted(Row row) implements Counted {
    }

    /**
     * The row becomes this one.
     *
     * @param row     all columns as they stand afterwards
     * @param version the row's true version afterwards
     * @param newer   whether it is the change's version, which then decided the columns without a rule of their own; otherwise
     *                it is the version that the row had, and must be kept, as the commit that writes the row has an older one
     */
    record Merged(Row row, Version version, boolean newer) implements Counted {
    }
}
