package io.rowmesh.node;

import io.rowmesh.node.prepare.UnreachableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AwaitedDatabaseTest {

    private final CompletableFuture<Void> stop = new CompletableFuture<>();

    /** Starting up, shut down by an administrator or after a crash, no connection left. */
    @ParameterizedTest
    @ValueSource(strings = {"57P03", "57P01", "57P02", "53300"})
    void whatTheDatabaseSaysOfAMomentPasses(String state) {
        assertTrue(AwaitedDatabase.passes(new UnreachableException("cannot connect", new SQLException("FATAL", state))));
        assertTrue(AwaitedDatabase.passes(new IllegalStateException("cannot start", new SQLException("FATAL", state))));
    }

    /** A wrong password, a role that may not, a missing database, a replication origin in use, a lost table, a read-only database. */
    @ParameterizedTest
    @ValueSource(strings = {"28P01", "28000", "3D000", "55006", "42P01", "25006", "08004", "08P01"})
    void whatAPersonMustMendDoesNotPass(String state) {
        assertFalse(AwaitedDatabase.passes(new UnreachableException("cannot connect", new SQLException("FATAL", state))));
    }

    @Test
    void aConnectionThatIsRefusedOrBreaksPasses() {
        for (Exception cause : List.of(new ConnectException("refused"), new SocketTimeoutException(), new EOFException())) {
            assertTrue(AwaitedDatabase.passes(new UnreachableException("cannot connect", new SQLException("no", "08001", cause))));
        }
        for (Exception cause : List.of(new UnknownHostException("nohost"), new SSLHandshakeException("no"))) {
            assertFalse(AwaitedDatabase.passes(new UnreachableException("cannot connect", new SQLException("no", "08001", cause))));
        }
        assertFalse(AwaitedDatabase.passes(new IllegalStateException("something else", new ConnectException("of a peer"))));
    }

    @Test
    void itIsAttemptedUntilItSucceedsFailsOrIsToStop() {
        AtomicInteger attempts = new AtomicInteger();
        assertEquals(Optional.of(2), AwaitedDatabase.whenItAnswers("eu", () -> {
            if (attempts.incrementAndGet() < 2) {
                throw starting();
            }
            return attempts.get();
        }, stop));
        assertThrows(IllegalArgumentException.class, () -> AwaitedDatabase.whenItAnswers("eu", () -> {
            throw new IllegalArgumentException("the configuration");
        }, stop));
        assertEquals(Optional.empty(), AwaitedDatabase.whenItAnswers("eu", () -> {
            stop.complete(null);
            throw starting();
        }, stop));
    }

    private static RuntimeException starting() {
        return new UnreachableException("cannot connect", new SQLException("FATAL: the database system is starting up", "57P03"));
    }
}
