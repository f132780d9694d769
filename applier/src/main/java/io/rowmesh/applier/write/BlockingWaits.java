package io.rowmesh.applier.write;

import java.sql.SQLException;

/** Waits by blocking the thread. */
final class BlockingWaits implements Waiting {

    @Override
    public void forLocks(KeyLocks.Held wanted) {
        wanted.take();
    }

    @Override
    public void forClock(long micros) throws SQLException {
        try {
            Thread.sleep(micros / 1_000, (int) (micros % 1_000) * 1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for the clock", "57014", e);
        }
    }
}
