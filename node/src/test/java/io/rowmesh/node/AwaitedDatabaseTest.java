package io.rowmesh.node;

import io.rowmesh.node.config.Database;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.node.prepare.UnreachableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
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

    /** Starting up, shut down by an administrator or after a crash, no connection left, a deadlock with users in either database. */
    @ParameterizedTest
    @ValueSource(strings = {"57P03", "57P01", "57P02", "53300", "40P01", "40001"})
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
    void aMySqlServerThatIsDownOrFullPasses() throws IOException {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        assertTrue(AwaitedDatabase.passes(unreachable("127.0.0.1", nobody)));
        assertFalse(AwaitedDatabase.passes(unreachable("nobody.invalid", nobody)));
        assertTrue(AwaitedDatabase.passes(new UnreachableException("cannot connect", new SQLException("Too many connections", "08004", 1040))));
        assertFalse(AwaitedDatabase.passes(new UnreachableException("cannot connect", new SQLException("Access denied", "28000", 1045))));
    }

    private static UnreachableException unreachable(String host, int port) {
        Database.MySql database = new Database.MySql(host, port, "shop", "rm", Optional.empty(), "prefer", "shop", 4_000_000_000L);
        UnreachableException e = assertThrows(UnreachableException.class, () -> Databases.connect(database));
        assertTrue(e.getMessage().startsWith("cannot connect to database 'shop' at " + host + ":" + port + " as 'rm': "), e.getMessage());
        return e;
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
