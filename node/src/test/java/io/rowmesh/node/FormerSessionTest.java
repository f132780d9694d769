package io.rowmesh.node;

import org.junit.jupiter.api.Test;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FormerSessionTest {

    private static final SQLException IN_USE = new SQLException("replication origin with ID 2 is already active for PID 4711", "55006");

    @Test
    void isWaitedFor() throws SQLException {
        Deque<SQLException> answers = new ArrayDeque<>(List.of(IN_USE));
        FormerSession.outlast(() -> throwNext(answers), Duration.ofSeconds(30));
        assertTrue(answers.isEmpty());
    }

    @Test
    void isNotWaitedForWithoutEnd() {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> FormerSession.outlast(() -> {
            throw IN_USE;
        }, Duration.ofMillis(1)));
        assertEquals("the database still has a session of another node of this region after 0 s (" + IN_USE.getMessage() + "): make sure"
                + " that no other node of this region runs; if none does, end that session (pg_terminate_backend, KILL)", e.getMessage());
    }

    @Test
    void anythingElseFailsAtOnce() {
        SQLException other = new SQLException("permission denied", "42501");
        assertSame(other, assertThrows(SQLException.class, () -> FormerSession.outlast(() -> {
            throw other;
        }, Duration.ofSeconds(30))));
    }

    private static void throwNext(Deque<SQLException> answers) throws SQLException {
        if (!answers.isEmpty()) {
            throw answers.pop();
        }
    }
}
