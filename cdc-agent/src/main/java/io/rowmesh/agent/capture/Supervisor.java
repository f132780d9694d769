package io.rowmesh.agent.capture;

import io.rowmesh.agent.binlog.BinlogException;
import io.rowmesh.agent.log.ChangeLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One thread that reads the database's log for as long as it is not stopped: after any failure once more from where what it has
 * read is durable, after a refusal until a person has put it right.
 */
public final class Supervisor {

    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    /** Whoever puts right what was refused need not restart the node. */
    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration ROOM_POLL = Duration.ofMillis(100);

    /** What is run; each run makes all it needs anew. */
    public interface Source {

        /** Returns when it was closed on purpose. */
        void run() throws SQLException;

        /**
         * Begins to end the run of this moment; called again and again until that has ended.
         *
         * @return whether all it held is released, so that its thread may be interrupted
         */
        boolean close();
    }

    /** @param error one sentence, or null */
    public record View(CaptureStatus.State state, String error) {
    }

    private final String what;
    private final LongSupplier progress;
    private final Source source;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CaptureHealth health = new CaptureHealth();
    private final Thread thread;

    /**
     * @param what     is run, for messages
     * @param thread   its thread's name
     * @param progress a number that is greater when a failure has been got over
     */
    public Supervisor(String what, String thread, LongSupplier progress, Source source) {
        this.what = what;
        this.progress = progress;
        this.source = source;
        this.thread = new Thread(this::supervise, thread);
        this.thread.setDaemon(true);
    }

    /** Returns at once; {@link #view} tells how it goes. */
    public void start() {
        thread.start();
    }

    /** Ends within seconds. */
    public void stop() {
        stopping.countDown();
        try {
            while (thread.isAlive()) {
                if (source.close()) {
                    thread.join(GRACE.toMillis());
                    thread.interrupt();
                }
                thread.join(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** The log's stream is open. */
    public void opened() {
        health.opened(System.nanoTime());
    }

    public View view() {
        if (thread.getState() == Thread.State.TERMINATED) {
            ended();
        }
        CaptureHealth.View view = health.view(progress.getAsLong(), System.nanoTime());
        return new View(view.state(), view.error());
    }

    private void supervise() {
        try {
            while (!isStopping()) {
                attempt();
            }
        } finally {
            ended();
        }
    }

    /** An Error is a failure like any other: what a run held is free when it has ended, so the next may do better. */
    private void attempt() {
        try {
            health.starting();
            source.run();
        } catch (CaptureRefused e) {
            refused(e.getMessage());
        } catch (BinlogException e) {
            if (e.isLasting()) {
                refused(e.getMessage());
            } else {
                startOver(e);
            }
        } catch (Throwable e) {
            startOver(e);
        }
    }

    /** Whatever ended the thread, it never looks alive afterwards. */
    private void ended() {
        health.ended(isStopping() ? null : "the thread of the " + what + " has ended: look for its error in the node's log, and restart"
                + " the node");
    }

    private void refused(String sentence) {
        if (health.refused(sentence, progress.getAsLong())) {
            LOG.error("{} cannot run: {}", what, sentence);
        }
        sleep(REFUSED_PAUSE);
    }

    private void startOver(Throwable failure) {
        if (isStopping()) {
            return;
        }
        String sentence = sentence(failure);
        Duration pause = health.failed(sentence, progress.getAsLong(), System.nanoTime());
        LOG.warn("{} starts over in {} ms: {}", what, pause.toMillis(), sentence);
        LOG.debug("{} failed with", what, failure);
        sleep(pause);
    }

    /** An Error's message alone, such as the name of a class, tells nobody what happened. */
    private static String sentence(Throwable failure) {
        if (failure instanceof SQLException) {
            return "the database cannot be asked: " + failure.getMessage();
        }
        return failure instanceof Error || failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /** Until other regions have taken what the change log holds, the rest waits in the database's own log. */
    void awaitRoom(ChangeLog log) {
        if (!log.full()) {
            return;
        }
        String sentence = "the change log is full (" + log.sizeBytes() + " bytes): it waits for the regions that have not taken its"
                + " content; bring them back, remove them, or allow it more";
        LOG.warn("{} waits: {}", what, sentence);
        health.full(sentence);
        while (log.full()) {
            if (sleep(ROOM_POLL)) {
                throw new CaptureException("stopped while the change log was full");
            }
        }
        health.roomAgain();
    }

    /** @return whether it is stopping */
    private boolean sleep(Duration duration) {
        try {
            return stopping.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CaptureException("interrupted", e);
        }
    }
}
