package io.rowmesh.node;

import org.junit.jupiter.api.Test;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RepeatedTest {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicReference<Throwable> next = new AtomicReference<>();
    private final Repeated task = task(Duration.ofSeconds(2));

    private Repeated task(Duration every) {
        return new Repeated("beat", "it cannot be written", every, this::work, nanos::get);
    }

    private void work() throws SQLException {
        Throwable failure = next.get();
        if (failure instanceof SQLException sql) {
            throw sql;
        } else if (failure instanceof RuntimeException unexpected) {
            throw unexpected;
        } else if (failure instanceof Error error) {
            throw error;
        }
    }

    private void runAfter(int seconds, Throwable failure) {
        pass(seconds);
        next.set(failure);
        task.run();
    }

    private void pass(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void whateverIsThrownIsToldAndForgottenAfterTheNextSuccess() {
        runAfter(0, new SQLException("connection refused"));
        assertEquals("it cannot be written: connection refused", task.error());
        runAfter(2, null);
        assertNull(task.error());
        runAfter(2, new IllegalStateException());
        assertEquals("it cannot be written, the last time it could was 2 s ago: java.lang.IllegalStateException", task.error());
        runAfter(2, new NoClassDefFoundError("io/X"));
        assertEquals("it cannot be written, the last time it could was 4 s ago: java.lang.NoClassDefFoundError: io/X", task.error());
        assertEquals(Duration.ofSeconds(4), task.sinceSuccess());
    }

    @Test
    void failingIsNotDeadNotBeingAttemptedIs() {
        for (int i = 0; i < 200; i++) {
            runAfter(2, new SQLException("away"));
        }
        assertFalse(task.dead());
        pass(120);
        assertFalse(task.dead());
        pass(1);
        assertTrue(task.dead());
    }

    @Test
    void patienceGrowsWithTheInterval() {
        Repeated rare = task(Duration.ofMinutes(1));
        pass(600);
        assertFalse(rare.dead());
        pass(1);
        assertTrue(rare.dead());
    }
}
