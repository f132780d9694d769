package io.rowmesh.testbed.ship;

import io.rowmesh.applier.receive.Event;
import io.rowmesh.applier.receive.StreamException;
import io.rowmesh.applier.receive.Subscription;
import io.rowmesh.testbed.faults.TcpProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;

import static io.rowmesh.testbed.ship.TestingOrigin.await;
import static io.rowmesh.testbed.ship.TestingOrigin.next;
import static io.rowmesh.testbed.ship.TestingOrigin.takeUntil;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** From a change log to a subscriber, over good and bad links. */
class StreamTest {

    @TempDir
    Path directory;

    private TestingOrigin eu;

    @BeforeEach
    void begin() {
        eu = new TestingOrigin(directory);
    }

    @AfterEach
    void end() {
        eu.close();
    }

    @Test
    void transactionsArriveInOrderWithTheirExactRows() {
        eu.commitSmall(500);
        try (Subscription us = eu.subscribe("us", 0, 0)) {
            assertEquals(new Event.Welcomed(1, 500), next(us));
            for (long sequence = 1; sequence <= 500; sequence++) {
                Event.Begin begin = assertInstanceOf(Event.Begin.class, next(us));
                assertEquals(sequence, begin.header().sequence());
                assertEquals(new Event.Rows(TestingOrigin.rows(sequence, 0, 1, 10)), next(us));
                assertEquals(new Event.End(sequence), next(us));
            }
            assertNull(us.next(Duration.ofMillis(50)));
        }
    }

    @Test
    void aCommitReachesAWaitingSubscriberInMilliseconds() {
        try (Subscription us = eu.subscribe("us", 0, 0)) {
            next(us);
            eu.commitSmall(20);
            takeUntil(us, 20);
            long best = Long.MAX_VALUE;
            for (int i = 21; i <= 40; i++) {
                long start = System.nanoTime();
                eu.commitSmall(1);
                takeUntil(us, i);
                best = Math.min(best, System.nanoTime() - start);
            }
            assertTrue(best < 100_000_000, "best of 20: " + best / 1_000 + " us");
        }
    }

    @Test
    void resumesAfterASequenceAndAcknowledgementsTrim() throws Exception {
        eu.commitSmall(10);
        try (Subscription us = eu.subscribe("us", 1, 4); Subscription ap = eu.subscribe("ap", 1, 0)) {
            next(us);
            assertEquals(5, assertInstanceOf(Event.Begin.class, next(us)).header().sequence());
            takeUntil(us, 10);
            takeUntil(ap, 10);
            us.acknowledge(1, 10);
            await("us acknowledged", () -> eu.server.status().get("us").acknowledgedSequence() == 10);
            assertEquals(1, eu.log.firstSequence());
            ap.acknowledge(1, 6);
            await("trimmed", () -> eu.log.firstSequence() == 7);
            var status = eu.server.status().get("ap");
            assertTrue(status.connected());
            assertEquals(10, status.shippedSequence());
            assertEquals(4, status.backlogTransactions());
        }
        await("both gone", () -> eu.server.status().values().stream().noneMatch(s -> s.connected()));
    }

    @Test
    void heartbeatsAreCountedApart() throws Exception {
        try (Subscription us = eu.subscribe("us", 0, 0)) {
            for (int i = 0; i < 3; i++) {
                eu.log.appendChunk(0, io.rowmesh.schema.WireCodec.encodeChunk(TestingOrigin.rows(1, 0, 1, 1)));
                eu.commitHeader(1, 1, true);
            }
            takeUntil(us, 3);
            await("counted", () -> eu.meter("rowmesh.shipped.heartbeats") == 3);
            assertEquals(0, eu.meter("rowmesh.shipped.transactions"));
            assertEquals(0, eu.meter("rowmesh.shipped.rows"));
            eu.commit(2, 50, 10);
            takeUntil(us, 4);
            await("counted", () -> eu.meter("rowmesh.shipped.rows") == 100);
            assertEquals(1, eu.meter("rowmesh.shipped.transactions"));
        }
    }

    @Test
    void rowsTravelCompressed() throws Exception {
        eu.commit(20, 1_000, 150);
        try (TcpProxy link = TcpProxy.start(eu.server.port()); Subscription us = TestingOrigin.dial(link.port(), "us", 0, 0)) {
            assertEquals(20_000, takeUntil(us, 1));
            assertTrue(link.forwardedBytes() < eu.log.sizeBytes() / 5, link.forwardedBytes() + " of " + eu.log.sizeBytes());
            await("counted", () -> eu.meter("rowmesh.shipped.plain.bytes") > eu.log.sizeBytes());
            assertTrue(eu.meter("rowmesh.shipped.bytes") < eu.log.sizeBytes() / 5);
        }
    }

    @Test
    void aSlowReaderHoldsTheOriginBack() throws Exception {
        for (int i = 0; i < 100; i++) {
            eu.commitIncompressible(200_000);
        }
        try (Subscription us = eu.subscribe("us", 0, 0)) {
            next(us);
            await("shipping began", () -> eu.server.status().get("us").shippedSequence() > 0);
            Thread.sleep(1_500);
            long ahead = eu.server.status().get("us").shippedSequence();
            // 20 MB stand in the log; the inbox, the transport's windows and the origin's read-ahead hold a few.
            assertTrue(ahead < 40, "shipped " + ahead + " to a reader that took nothing");
            assertEquals(100, takeUntil(us, 100));
        }
    }

    @Test
    void aLinkCutInMidTransactionResumesAtItsBeginning() throws Exception {
        eu.commit(300, 100, 300);
        try (TcpProxy link = TcpProxy.start(eu.server.port())) {
            try (Subscription us = TestingOrigin.dial(link.port(), "us", 0, 0)) {
                next(us);
                assertInstanceOf(Event.Begin.class, next(us));
                assertInstanceOf(Event.Rows.class, next(us));
                link.cut();
                var broken = assertThrows(StreamException.class, () -> takeUntil(us, 1));
                assertFalse(broken.refused(), broken.getMessage());
            }
            try (Subscription us = TestingOrigin.dial(link.port(), "us", 0, 0)) {
                assertThrows(StreamException.class, () -> next(us));
            }
            link.heal();
            try (Subscription us = TestingOrigin.dial(link.port(), "us", 0, 0)) {
                assertEquals(30_000, takeUntil(us, 1));
            }
        }
    }

    @Test
    void aHalfOpenLinkIsNoticedAtBothEnds() throws Exception {
        eu.commitSmall(1);
        try (TcpProxy link = TcpProxy.start(eu.server.port()); Subscription us = TestingOrigin.dial(link.port(), "us", 0, 0)) {
            takeUntil(us, 1);
            link.hang();
            long start = System.nanoTime();
            assertThrows(StreamException.class, () -> us.next(Duration.ofSeconds(15)));
            assertTrue(System.nanoTime() - start < 10_000_000_000L);
            await("noticed by the origin", () -> !eu.server.status().get("us").connected());
        }
    }

    @Test
    void aDelayedLinkStaysInOrder() {
        eu.commitSmall(200);
        try (TcpProxy link = TcpProxy.start(eu.server.port())) {
            link.delay(Duration.ofMillis(40));
            try (Subscription us = TestingOrigin.dial(link.port(), "us", 0, 0)) {
                assertEquals(200, takeUntil(us, 200));
            }
        }
    }

    @Test
    void aNewConnectionOfARegionTakesTheOldOnesPlace() throws Exception {
        try (Subscription old = eu.subscribe("us", 0, 0)) {
            next(old);
            try (Subscription fresh = eu.subscribe("us", 0, 0)) {
                next(fresh);
                var replaced = assertThrows(StreamException.class, () -> next(old));
                assertTrue(replaced.getMessage().contains("newer connection"), replaced.getMessage());
                eu.commitSmall(1);
                takeUntil(fresh, 1);
                assertTrue(eu.server.status().get("us").connected());
            }
        }
    }

    @Test
    void aLargeTransactionFlowsThroughASmallHeap() throws Exception {
        eu.close();
        Process node = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx48m",
                "-XX:MaxDirectMemorySize=48m", "-cp", System.getProperty("java.class.path"), LargeTransaction.class.getName(),
                directory.resolve("large").toString()).redirectErrorStream(true).start();
        String output = new String(node.getInputStream().readAllBytes());
        assertEquals(0, node.waitFor(), output);
        assertTrue(output.contains("1000000 rows"), output);
        eu = new TestingOrigin(directory);
    }

    /** In a process of its own: one transaction of a million rows (about 150 MB), both ends in one small heap. */
    static final class LargeTransaction {
        public static void main(String[] arguments) {
            try (TestingOrigin eu = new TestingOrigin(Path.of(arguments[0]))) {
                eu.commit(1_000, 1_000, 130);
                try (Subscription us = eu.subscribe("us", 0, 0)) {
                    System.out.println(takeUntil(us, 1) + " rows of " + eu.log.sizeBytes() + " bytes");
                }
            }
        }
    }
}
