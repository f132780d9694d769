package io.rowmesh.agent.log;

import io.rowmesh.agent.log.LogStore.Family;

/** The chunks of the transaction that is being written. */
final class OpenTransaction {

    /** A single chunk up to this size stands in the record of its transaction. */
    private static final int INLINE_LIMIT_BYTES = 64 << 10;

    private final LogStore store;
    private final LogStore.Batch pending;
    private int chunks;
    /** Read by others than the writer. */
    private volatile long bytes;
    /** The first chunk while it may be the only one. */
    private byte[] held;

    OpenTransaction(LogStore store, LogStore.Batch pending) {
        this.store = store;
        this.pending = pending;
    }

    int chunks() {
        return chunks;
    }

    long bytes() {
        return bytes;
    }

    /** @param sequence of the transaction */
    void append(long sequence, byte[] chunk) {
        if (chunks == 0) {
            held = chunk;
        } else {
            writeHeld(sequence);
            write(sequence, chunks, chunk);
        }
        chunks++;
        bytes += chunk.length;
    }

    /** @param lengthBefore of the chunk whose place is taken, bytes */
    void replace(long sequence, int chunkNumber, int lengthBefore, byte[] chunk) {
        bytes += chunk.length - lengthBefore;
        if (held != null) {
            held = chunk;
        } else {
            write(sequence, chunkNumber, chunk);
        }
    }

    /** A chunk as it was appended; null when it is missing. */
    byte[] chunk(long sequence, int chunkNumber) {
        if (chunkNumber == 0 && held != null) {
            return held;
        }
        store.write(pending, false);
        return store.get(Family.CHUNKS, LogKeys.chunk(sequence, chunkNumber));
    }

    /** No chunk follows. Answers the only one if it is to stand in the transaction's record, else null. */
    byte[] end(long sequence) {
        if (held != null && held.length <= INLINE_LIMIT_BYTES) {
            return held;
        }
        writeHeld(sequence);
        return null;
    }

    /** Takes back what was written of it. */
    void discard(long sequence) {
        if (chunks > 0 && held == null) {
            pending.deleteRange(Family.CHUNKS, LogKeys.entry(sequence), LogKeys.entry(sequence + 1));
        }
        forget();
    }

    /** The next chunk is the first of another transaction. */
    void forget() {
        chunks = 0;
        bytes = 0;
        held = null;
    }

    private void writeHeld(long sequence) {
        if (held != null) {
            write(sequence, 0, held);
            held = null;
        }
    }

    private void write(long sequence, int chunkNumber, byte[] chunk) {
        pending.put(Family.CHUNKS, LogKeys.chunk(sequence, chunkNumber), chunk);
        store.writeWhenLarge(pending);
    }
}
