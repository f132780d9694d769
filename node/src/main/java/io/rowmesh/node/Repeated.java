package io.rowmesh.node;

import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Something done again and again. Whatever it throws is remembered and told, and never ends the repetition, which an executor
 * would do without a word.
 */
final class Repeated implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Repeated.class);
    /** Longer than one attempt takes that gets no connection, and then no answer, from a database that is away. */
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(120);
    private static final int PATIENCE_INTERVALS = 10;

    /** What is done. */
    interface Work {
        void run() throws SQLException;
    }

    private final String name;
    private final String failing;
    private final Duration every;
    private final Work work;
    private final LongSupplier nanoTime;

    private volatile String failure;
    private volatile boolean succeededOnce;
    private volatile long lastAttempt;
    private volatile long lastSuccess;

    /**
     * @param failing  what to say when it fails, such as "the heartbeat cannot be written"
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    Repeated(String name, String failing, Duration every, Work work, LongSupplier nanoTime) {
        this.name = name;
        this.failing = failing;
        this.every = every;
        this.work = work;
        this.nanoTime = nanoTime;
        this.lastAttempt = nanoTime.getAsLong();
        this.lastSuccess = lastAttempt;
    }

    @Override
    public void run() {
        lastAttempt = nanoTime.getAsLong();
        try {
            work.run();
            lastSuccess = nanoTime.getAsLong();
            succeededOnce = true;
            failure = null;
        } catch (Throwable e) {
            failed(e);
        }
    }

    /** Logged when it begins, and again when something else turns up that nobody foresaw. */
    private void failed(Throwable e) {
        String sentence = e instanceof Error || e.getMessage() == null ? e.toString() : e.getMessage();
        boolean foreseen = e instanceof SQLException || e instanceof DataAccessException;
        if (foreseen && failure == null) {
            LOG.warn("{}: {}", failing, sentence);
        } else if (!foreseen && !sentence.equals(failure)) {
            LOG.error("{}", failing, e);
        }
        failure = sentence;
    }

    String name() {
        return name;
    }

    Duration every() {
        return every;
    }

    /** The sentence of the last attempt if it failed, with how long that has been so; null when it succeeded. */
    String error() {
        String last = failure;
        if (last == null) {
            return null;
        }
        return failing + (succeededOnce ? ", the last time it could was " + sinceSuccess().toSeconds() + " s ago" : "") + ": " + last;
    }

    /** Since its last success, or since the start when it had none. */
    Duration sinceSuccess() {
        return Duration.ofNanos(nanoTime.getAsLong() - lastSuccess);
    }

    /** Whether it has not even been attempted for a long time: its thread is stuck or gone. */
    boolean dead() {
        Duration intervals = every.multipliedBy(PATIENCE_INTERVALS);
        Duration patience = intervals.compareTo(LEAST_PATIENCE) > 0 ? intervals : LEAST_PATIENCE;
        return nanoTime.getAsLong() - lastAttempt > patience.toNanos();
    }
}
