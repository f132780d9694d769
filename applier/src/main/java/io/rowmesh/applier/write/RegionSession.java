package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** One session of this region's database that stands for one origin ({@link RegionSessions}). */
public interface RegionSession extends AutoCloseable {

    Target target();

    /** The same session and transaction, for changes that are applied again. */
    RetrySession retry();

    Connection connection();

    /** The greatest commit timestamp applied from an origin, microseconds; 0 when nothing is applied. */
    long newestMicros(String origin) throws SQLException;

    /** Outside a transaction. */
    LogEnds logEnds() throws SQLException;

    /**
     * Changes as they came, in the shapes and texts of the local tables where they are of another kind of database. What does not fit stays as
     * it is, and is refused when it is to be written.
     */
    List<RowChange> incoming(List<RowChange> changes) throws SQLException;

    boolean isValid(int withinSeconds) throws SQLException;

    /** Rolls back what is open. */
    @Override
    void close() throws SQLException;

    /**
     * Places in the local log.
     *
     * @param written up to which there is anything
     * @param flushed up to which it would survive a crash
     */
    record LogEnds(long written, long flushed) {
    }
}
