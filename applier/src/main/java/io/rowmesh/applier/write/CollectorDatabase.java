package io.rowmesh.applier.write;

import io.rowmesh.schema.Seen;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What {@link TombstoneCollector} asks of its region's database. Two implementations: PostgreSQL and MySQL. */
public interface CollectorDatabase {

    /**
     * What stands now.
     *
     * @param newest  number of what was recorded last, for each kind of record; 0 for none
     * @param running all transactions that ran when that was read have numbers below
     */
    record Standing(List<Long> newest, long running) {
    }

    /** Empty when nothing stands. */
    Optional<Standing> standing(Connection connection) throws SQLException;

    /** Where the log is, once all transactions with numbers below have ended; empty while one runs. */
    OptionalLong logAfter(Connection connection, long running) throws SQLException;

    /**
     * Drops what was noted and what every region has seen, but not beside a parked change of the key.
     *
     * @param captured the last local transaction that the capture has met
     * @return how much was dropped
     */
    int drop(Connection connection, Standing noted, Seen seenByAll, Seen.Mark captured) throws SQLException;

    /** For each origin the last transaction that is applied here. */
    Seen applied(Connection connection) throws SQLException;

    /** What each other region has told in its heartbeats that it had seen. */
    Map<String, Seen> heard(Connection connection, String region) throws SQLException;

    /** How many tombstones there are. */
    long tombstones(Connection connection) throws SQLException;
}
