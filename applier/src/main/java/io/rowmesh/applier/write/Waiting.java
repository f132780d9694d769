package io.rowmesh.applier.write;

import java.sql.SQLException;

/**
 * How a step waits for what is not the database's: production blocks its thread; the simulation, which has only one, has the
 * step called again.
 */
public interface Waiting {

    /** Returns when all the locks are taken. */
    void forLocks(KeyLocks.Held wanted);

    /** Lets about so many microseconds pass; the caller looks at the clock again. */
    void forClock(long micros) throws SQLException;
}
