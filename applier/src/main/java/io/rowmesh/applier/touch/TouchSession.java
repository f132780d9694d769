package io.rowmesh.applier.touch;

import java.sql.SQLException;
import java.util.List;

/** An ordinary local session in which keys are touched: what it commits is captured and shipped. */
public interface TouchSession extends AutoCloseable {

    /** Keys that wait, those that wait longest first. */
    List<PendingTouch> oldest(int limit) throws SQLException;

    /** What the database's clock says, microseconds since 1970-01-01 UTC. */
    long clockMicros() throws SQLException;

    /** Whether the rows of the key's last withheld transaction can be read. */
    boolean isVisible(PendingTouch key) throws SQLException;

    /** Writes one touch of keys of one table: first what it touches, then the rows, then which of them there were none of. A whole table stands alone. */
    void touch(List<PendingTouch> keys, String secret) throws SQLException;

    void commit() throws SQLException;

    void rollback() throws SQLException;

    /** What is not committed is rolled back. */
    @Override
    void close() throws SQLException;
}
