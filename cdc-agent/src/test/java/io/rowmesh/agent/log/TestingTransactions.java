package io.rowmesh.agent.log;

import io.rowmesh.schema.TransactionHeader;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes transactions whose content follows from their sequence, and checks it. */
final class TestingTransactions {

    static final String ORIGIN = "eu";

    private TestingTransactions() {
    }

    static TransactionHeader header(ChangeLog log, int chunks) {
        long sequence = log.nextSequence();
        return new TransactionHeader(ORIGIN, log.epoch(), sequence, 1_000 + sequence, position(sequence), chunks, chunks,
                List.of(), false);
    }

    static long position(long sequence) {
        return 0x1000 + sequence * 16;
    }

    static byte[] chunk(long sequence, int number, int bytes) {
        String text = "transaction " + sequence + " chunk " + number + " ";
        return text.repeat(1 + bytes / text.length()).substring(0, bytes).getBytes(StandardCharsets.UTF_8);
    }

    /** Appends and commits one transaction, without a sync. */
    static long append(ChangeLog log, int chunks, int chunkBytes) {
        long sequence = log.nextSequence();
        for (int number = 0; number < chunks; number++) {
            log.appendChunk(number, chunk(sequence, number, chunkBytes));
        }
        log.commit(header(log, chunks));
        return sequence;
    }

    static long appendSynced(ChangeLog log, int chunks, int chunkBytes) {
        long sequence = append(log, chunks, chunkBytes);
        log.sync();
        return sequence;
    }
}
