package io.rowmesh.applier.locking;

import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.sql.SQLException;

/**
 * When and where each row was last written, as the database's log says. Two implementations: the node's reader of the log, and the
 * simulation's.
 */
public interface RowVersions {

    /**
     * Returns once everything that stands in the log before a position is known here.
     *
     * @param position as {@link LockedRows#logEnd} tells it
     * @throws SQLException when the log is not read just now
     */
    void await(long position) throws SQLException;

    /** The version of a key's last write, if that left a row; null when the log has none since {@link #sinceMicros}. */
    Version of(TableKey key);

    /** A number that is another one once the log has told that a table may have another form. */
    default long definitions() {
        return 0;
    }

    /** A row of the table without a version was written before this, microseconds since 1970-01-01 UTC. */
    long sinceMicros(TableId table);
}
