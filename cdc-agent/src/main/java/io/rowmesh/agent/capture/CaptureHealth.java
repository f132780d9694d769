package io.rowmesh.agent.capture;

import io.rowmesh.agent.capture.CaptureStatus.State;

import java.time.Duration;

/**
 * What the capture's status says and how long it pauses before it starts over. A failure stands until something proves that it
 * is over: an open stream does not, since what made the last engine fail may be the first thing that the next one reads.
 */
final class CaptureHealth {

    static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    /** A stream open for as long counts as proof; longer than a row's unchanged values are waited for. */
    static final Duration PROVEN = Duration.ofSeconds(8);

    /** @param error one sentence, or null */
    record View(State state, String error) {
    }

    private State state = State.STARTING;
    private String error;
    /** Why the change log takes no more, or null. */
    private String full;
    private long failedAtSequence;
    private boolean open;
    private long openSinceNanos;
    private Duration pause = FIRST_PAUSE;

    synchronized void starting() {
        if (error == null) {
            state = State.STARTING;
        }
    }

    /** The replication stream is open. */
    synchronized void opened(long nowNanos) {
        open = true;
        openSinceNanos = nowNanos;
        state = error == null ? State.RUNNING : State.WAITING;
    }

    synchronized void full(String sentence) {
        full = sentence;
    }

    synchronized void roomAgain() {
        full = null;
    }

    /**
     * @param sequence last transaction that is durable in the change log
     * @return how long to wait before the next start
     */
    synchronized Duration failed(String sentence, long sequence, long nowNanos) {
        forgive(sequence, nowNanos);
        stand(State.WAITING, sentence, sequence);
        Duration now = pause;
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        return now;
    }

    /** @return whether this is news */
    synchronized boolean refused(String sentence, long sequence) {
        boolean news = state != State.FAILED || !sentence.equals(error);
        stand(State.FAILED, sentence, sequence);
        return news;
    }

    /** @param sentence what to say; null when it ended on purpose */
    synchronized void ended(String sentence) {
        open = false;
        full = null;
        error = sentence;
        state = sentence == null ? State.STOPPED : State.FAILED;
    }

    synchronized View view(long sequence, long nowNanos) {
        forgive(sequence, nowNanos);
        return full == null ? new View(state, error) : new View(State.WAITING, full);
    }

    private void stand(State newState, String sentence, long sequence) {
        open = false;
        full = null;
        error = sentence;
        failedAtSequence = sequence;
        state = newState;
    }

    private void forgive(long sequence, long nowNanos) {
        boolean proven = open && (sequence > failedAtSequence || nowNanos - openSinceNanos >= PROVEN.toNanos());
        if (error != null && proven) {
            error = null;
            pause = FIRST_PAUSE;
            state = State.RUNNING;
        }
    }
}
