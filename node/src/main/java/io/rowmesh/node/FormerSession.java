package io.rowmesh.node;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The session of this region's former node, which holds the replication origin until the database has noticed that the node
 * is gone: at once after a crash, later when its machine died.
 */
final class FormerSession {

    private static final Logger LOG = LoggerFactory.getLogger(FormerSession.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** object_in_use: "replication origin with ID 2 is already active for PID 4711". */
    private static final String IN_USE = "55006";

    /** Something that needs the origin. */
    interface Attempt {
        void run() throws SQLException;
    }

    private FormerSession() {
    }

    /** Attempts until the origin is free; throws IllegalStateException with what to do when that takes longer than the limit. */
    static void outlast(Attempt attempt, Duration limit) throws SQLException {
        long begun = System.nanoTime();
        boolean told = false;
        while (true) {
            try {
                attempt.run();
                return;
            } catch (SQLException e) {
                if (!IN_USE.equals(e.getSQLState())) {
                    throw e;
                }
                if (System.nanoTime() - begun >= limit.toNanos()) {
                    throw new IllegalStateException(sentence(e, limit), e);
                }
                if (!told) {
                    LOG.warn("waiting up to {} s for the session of the former node to end: {}", limit.toSeconds(), e.getMessage());
                    told = true;
                }
            }
            pause(PAUSE.compareTo(limit) < 0 ? PAUSE : limit);
        }
    }

    private static String sentence(SQLException last, Duration limit) {
        return "the database still has a session of another node of this region after " + limit.toSeconds() + " s (" + last.getMessage()
                + "): make sure that no other node of this region runs; if none does, end that session (pg_terminate_backend, KILL)";
    }

    private static void pause(Duration pause) {
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the session of the former node to end", e);
        }
    }
}
