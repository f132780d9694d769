package io.rowmesh.agent.log;

import io.rowmesh.schema.TransactionHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static io.rowmesh.agent.log.TestingTransactions.append;
import static io.rowmesh.agent.log.TestingTransactions.appendSynced;
import static io.rowmesh.agent.log.TestingTransactions.chunk;
import static io.rowmesh.agent.log.TestingTransactions.position;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ChangeLogTest {

    @TempDir
    Path directory;

    private ChangeLog begun() {
        ChangeLog log = ChangeLog.open(directory, "eu");
        log.beginEpoch(1, 0x1000);
        return log;
    }

    @Test
    void readersSeeATransactionOnlyOnceItIsSynced() {
        try (ChangeLog log = begun()) {
            append(log, 1, 100);
            append(log, 3, 200_000);
            assertEquals(0, log.lastSequence());
            assertEquals(0x1000, log.lastPosition());
            assertTrue(log.header(1).isEmpty());
            assertThrows(ChangeLogException.class, () -> log.chunk(2, 1));
            log.sync();
            assertEquals(2, log.lastSequence());
            assertEquals(position(2), log.lastPosition());
            assertEquals(3, log.header(2).orElseThrow().chunks());
            assertArrayEquals(chunk(2, 1, 200_000), log.chunk(2, 1));
        }
    }

    @Test
    void theSourcesOffsetStandsWithTheTransactionItBelongsTo() {
        try (ChangeLog log = begun()) {
            assertEquals("", log.sourceOffset());
            append(log, 1, 100);
            log.sourceOffset("one");
            assertEquals("", log.sourceOffset());
            log.sync();
            append(log, 1, 100);
            log.sourceOffset("two");
            log.discardUnsynced();
            assertEquals("one", log.sourceOffset());
            append(log, 1, 100);
            log.sync();
            append(log, 1, 100);
            log.sourceOffset("three");
        }
        try (ChangeLog log = ChangeLog.open(directory, "eu")) {
            assertEquals("one", log.sourceOffset());
            log.clear();
            assertEquals("", log.sourceOffset());
            log.beginEpoch(9, 5, null, "begun");
            assertEquals("begun", log.sourceOffset());
        }
    }

    @Test
    void keepsEveryByteOverARestart() {
        int[] sizes = {0, 1, 65_536, 65_537, 262_144};
        try (ChangeLog log = begun()) {
            for (int size : sizes) {
                append(log, 1, size);
            }
            append(log, 0, 0);
            append(log, 40, 100_000);
            log.sync();
        }
        try (ChangeLog log = ChangeLog.open(directory, "eu")) {
            assertEquals(7, log.lastSequence());
            assertEquals(8, log.nextSequence());
            for (int i = 0; i < sizes.length; i++) {
                assertArrayEquals(chunk(i + 1, 0, sizes[i]), log.chunk(i + 1, 0));
            }
            assertEquals(0, log.header(6).orElseThrow().chunks());
            assertArrayEquals(chunk(7, 39, 100_000), log.chunk(7, 39));
            assertThrows(ChangeLogException.class, () -> log.chunk(7, 40));
        }
    }

    @Test
    void discardedChunksNeverMixWithTheNextTransaction() {
        try (ChangeLog log = begun()) {
            for (int number = 0; number < 30; number++) {
                log.appendChunk(number, chunk(99, number, 100_000));
            }
            log.discard();
            appendSynced(log, 2, 1_000);
            assertArrayEquals(chunk(1, 1, 1_000), log.chunk(1, 1));
            assertThrows(ChangeLogException.class, () -> log.chunk(1, 2));
        }
    }

    @Test
    void aCaptureStartingOverForgetsWhatWasNotSynced() {
        try (ChangeLog log = begun()) {
            appendSynced(log, 1, 10);
            append(log, 30, 100_000);
            append(log, 1, 10);
            log.appendChunk(0, chunk(4, 0, 10));
            log.discardUnsynced();
            assertEquals(2, log.nextSequence());
            appendSynced(log, 1, 20);
            assertEquals(2, log.lastSequence());
            assertArrayEquals(chunk(2, 0, 20), log.chunk(2, 0));
        }
        try (ChangeLog log = ChangeLog.open(directory, "eu")) {
            assertEquals(2, log.lastSequence());
        }
    }

    @Test
    void refusesAHeaderThatIsNotTheNext() {
        try (ChangeLog log = begun()) {
            appendSynced(log, 1, 10);
            assertThrows(ChangeLogException.class, () -> log.commit(header("eu", 1, 3, 5_000)));
            assertThrows(ChangeLogException.class, () -> log.commit(header("us", 1, 2, 5_000)));
            assertThrows(ChangeLogException.class, () -> log.commit(header("eu", 2, 2, 5_000)));
            assertThrows(ChangeLogException.class, () -> log.commit(header("eu", 1, 2, position(1))));
            assertThrows(ChangeLogException.class, () -> log.appendChunk(1, new byte[1]));
            log.commit(header("eu", 1, 2, 5_000));
        }
    }

    private static TransactionHeader header(String origin, int epoch, long sequence, long position) {
        return new TransactionHeader(origin, epoch, sequence, 0, position, 0, 0, List.of(), false);
    }

    @Test
    void trimmingGivesBytesBackAndKeepsTheEnd() {
        try (ChangeLog log = begun()) {
            for (int i = 0; i < 100; i++) {
                append(log, 3, 100_000);
            }
            log.sync();
            long full = log.sizeBytes();
            assertTrue(full > 30_000_000 && full < 30_100_000, "size " + full);
            log.trimTo(60);
            log.trimTo(10);
            assertEquals(61, log.firstSequence());
            assertTrue(log.header(60).isEmpty());
            assertArrayEquals(chunk(61, 2, 100_000), log.chunk(61, 2));
            assertEquals(full * 0.4, log.sizeBytes(), 1_000);
            log.trimTo(100);
            assertEquals(0, log.sizeBytes());
            assertThrows(ChangeLogException.class, () -> log.trimTo(101));
        }
        try (ChangeLog log = ChangeLog.open(directory, "eu")) {
            assertEquals(101, log.firstSequence());
            assertEquals(100, log.lastSequence());
            assertEquals(position(100), log.lastPosition());
            assertEquals(0, log.sizeBytes());
            assertEquals(101, appendSynced(log, 1, 10));
        }
    }

    @Test
    void trimsToWhatAllRegionsAcknowledgedAlsoThoseNeverSeen() {
        try (ChangeLog log = begun()) {
            for (int i = 0; i < 10; i++) {
                appendSynced(log, 1, 10);
            }
            log.acknowledge("us", 1, 7);
            log.trimToAcknowledged(List.of("us", "ap"));
            assertEquals(1, log.firstSequence());
            log.acknowledge("ap", 1, 4);
            log.acknowledge("ap", 1, 3);
            log.acknowledge("ap", 9, 1_000);
            assertThrows(ChangeLogException.class, () -> log.acknowledge("ap", 1, 11));
            log.trimToAcknowledged(List.of("us", "ap"));
            assertEquals(5, log.firstSequence());
        }
        try (ChangeLog log = ChangeLog.open(directory, "eu")) {
            assertEquals(7, log.acknowledged("us"));
            assertEquals(4, log.acknowledged("ap"));
        }
    }

    @Test
    void isFullOnlyWhileTrimmingCouldHelp() {
        try (ChangeLog log = ChangeLog.open(directory, "eu", 50_000)) {
            log.beginEpoch(1, 0);
            log.appendChunk(0, new byte[100_000]);
            assertFalse(log.full());
            log.commit(TestingTransactions.header(log, 1));
            log.sync();
            assertTrue(log.full());
            log.trimTo(1);
            assertFalse(log.full());
        }
    }

    @Test
    void anEpochBeginsOnlyInAnEmptyLogAndNeverTwice() {
        try (ChangeLog log = begun()) {
            appendSynced(log, 2, 300_000);
            log.acknowledge("us", 1, 1);
            assertThrows(ChangeLogException.class, () -> log.beginEpoch(2, 0x2000));
            log.clear();
            assertEquals(0, log.epoch());
            assertEquals(0, log.lastSequence());
            assertThrows(ChangeLogException.class, () -> log.beginEpoch(1, 0x2000));
            log.beginEpoch(2, 0x1000);
            assertEquals(0, log.acknowledged("us"));
            assertEquals(0x1000, log.lastPosition());
            assertEquals(1, appendSynced(log, 1, 5));
            assertArrayEquals(chunk(1, 0, 5), log.chunk(1, 0));
            assertThrows(ChangeLogException.class, () -> log.chunk(1, 1));
        }
        try (ChangeLog log = ChangeLog.open(directory, "eu")) {
            assertEquals(2, log.epoch());
            assertEquals(1, log.lastSequence());
        }
    }

    @Test
    void nothingIsWrittenBeforeAnEpochBegins() {
        try (ChangeLog log = ChangeLog.open(directory, "eu")) {
            assertEquals(0, log.epoch());
            assertThrows(ChangeLogException.class, () -> log.appendChunk(0, new byte[1]));
        }
    }

    @Test
    void refusesAnotherRegionsLogAndASecondNode() {
        try (ChangeLog log = begun()) {
            var inUse = assertThrows(ChangeLogException.class, () -> ChangeLog.open(directory, "eu"));
            assertTrue(inUse.getMessage().contains("in use by another node"), inUse.getMessage());
        }
        var foreign = assertThrows(ChangeLogException.class, () -> ChangeLog.open(directory, "us"));
        assertTrue(foreign.getMessage().contains("region eu, not of us"), foreign.getMessage());
        ChangeLog.open(directory, "eu").close();
    }

    @Test
    void aWaitingReaderWakesAtOnce() throws Exception {
        try (ChangeLog log = begun()) {
            assertFalse(log.awaitBeyond(0, Duration.ofMillis(20)));
            var waiting = CompletableFuture.supplyAsync(() -> log.awaitBeyond(0, Duration.ofSeconds(20)) ? System.nanoTime() : 0);
            Thread.sleep(50);
            append(log, 1, 10);
            Thread.sleep(50);
            assertFalse(waiting.isDone());
            log.sync();
            long wokenMillis = (waiting.get() - System.nanoTime()) / 1_000_000;
            assertTrue(Math.abs(wokenMillis) < 500, "woke after " + wokenMillis + " ms");
        }
    }

    @Test
    void readersOfAClosedLogGetASentence() {
        ChangeLog log = begun();
        appendSynced(log, 1, 10);
        log.close();
        log.close();
        assertTrue(assertThrows(ChangeLogException.class, () -> log.header(1)).getMessage().contains("is closed"));
    }
}
