package io.rowmesh.applier.touch;

import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.RowChange;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** What withholding and touching need of their region's database; each call but those of a session is a transaction. Two implementations: PostgreSQL and MySQL. */
public interface TouchDatabase {

    /**
     * What a local commit that the capture has yet to meet is compared with, once nothing of a former node can commit any more.
     *
     * @param newestShipped newest commit timestamp that this region ever shipped, microseconds
     */
    LogVersions versions(long newestShipped) throws SQLException;

    /** The keys that wait. */
    void pending(Consumer<PendingTouch> taker) throws SQLException;

    /**
     * Makes keys of a withheld transaction wait, and takes back its tombstones: a node that died between them and the sync of the change
     * log can have judged it otherwise. No other region ever hears of that version.
     *
     * @param position end of the transaction in the local log
     * @param xid      its number in the local database, 32 bits; 0 where it has none
     * @param micros   its commit timestamp
     * @return the keys of which there was a tombstone: a later write does not settle them
     */
    Set<WrittenKey> withhold(Collection<WrittenKey> keys, long position, long xid, long micros) throws SQLException;

    /** They wait no more. */
    void settle(Collection<WrittenKey> keys) throws SQLException;

    /** What a touch that found no row is shipped as: a delete (of a whole table, a truncate); empty when there is no such table any more. */
    Optional<RowChange> deleteOf(WrittenKey key) throws SQLException;

    /** For a round of touches. */
    TouchSession open() throws SQLException;
}
