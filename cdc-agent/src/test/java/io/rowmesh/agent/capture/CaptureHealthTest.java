package io.rowmesh.agent.capture;

import io.rowmesh.agent.capture.CaptureHealth.View;
import io.rowmesh.agent.capture.CaptureStatus.State;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class CaptureHealthTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final CaptureHealth health = new CaptureHealth();

    private Duration round(long sequence, long now) {
        health.starting();
        health.opened(now);
        return health.failed("poison", sequence, now + SECOND / 10);
    }

    private void assertView(State state, String error, long sequence, long now) {
        assertEquals(new View(state, error), health.view(sequence, now));
    }

    @Test
    void withoutFailures() {
        assertView(State.STARTING, null, 0, 0);
        health.opened(0);
        assertView(State.RUNNING, null, 0, 0);
        health.ended(null);
        assertView(State.STOPPED, null, 0, 0);
    }

    @Test
    void aPoisonLoopStaysVisibleAndSlowsDown() {
        long now = 0;
        Duration pause = round(5, now);
        assertEquals(CaptureHealth.FIRST_PAUSE, pause);
        for (int i = 0; i < 10; i++) {
            now += SECOND;
            health.starting();
            assertView(State.WAITING, "poison", 5, now);
            health.opened(now);
            assertView(State.WAITING, "poison", 5, now);
            pause = health.failed("poison", 5, now + 1);
        }
        assertEquals(CaptureHealth.LONGEST_PAUSE, pause);
    }

    @Test
    void progressEndsAFailure() {
        round(5, 0);
        round(5, SECOND);
        health.opened(2 * SECOND);
        assertView(State.RUNNING, null, 6, 2 * SECOND + 1);
        assertEquals(CaptureHealth.FIRST_PAUSE, health.failed("other", 6, 3 * SECOND));
    }

    @Test
    void progressNobodyLookedAtCountsToo() {
        round(5, 0);
        assertEquals(CaptureHealth.FIRST_PAUSE, round(6, SECOND));
    }

    @Test
    void timeEndsAFailureOnlyWhileTheStreamIsOpen() {
        round(5, 0);
        assertView(State.WAITING, "poison", 5, 100 * SECOND);
        health.opened(100 * SECOND);
        assertView(State.WAITING, "poison", 5, 107 * SECOND);
        assertView(State.RUNNING, null, 5, 108 * SECOND);
    }

    @Test
    void aRefusalStandsUntilTheStreamIsOpen() {
        assertTrue(health.refused("no slot", 5));
        health.starting();
        assertView(State.FAILED, "no slot", 5, 100 * SECOND);
        assertFalse(health.refused("no slot", 5));
        assertTrue(health.refused("no table", 5));
        health.opened(100 * SECOND);
        assertView(State.WAITING, "no table", 5, 100 * SECOND);
        assertView(State.RUNNING, null, 6, 101 * SECOND);
    }

    @Test
    void aFullChangeLogIsNoFailure() {
        health.opened(0);
        health.full("full");
        assertView(State.WAITING, "full", 5, SECOND);
        health.roomAgain();
        assertView(State.RUNNING, null, 5, SECOND);
    }

    @Test
    void aThreadThatEndedIsNeverForgiven() {
        health.opened(0);
        health.ended("thread ended");
        assertView(State.FAILED, "thread ended", 9, 100 * SECOND);
    }
}
