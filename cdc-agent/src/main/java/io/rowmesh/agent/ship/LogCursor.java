package io.rowmesh.agent.ship;

import com.google.protobuf.UnsafeByteOperations;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.log.ChangeLogException;
import io.rowmesh.agent.log.LogEntry;
import io.rowmesh.schema.stream.Protocol;
import io.rowmesh.schema.wire.Batch;
import io.rowmesh.schema.wire.Piece;

/** One subscriber's place in the change log; cuts what follows into batches, a large transaction into many. */
final class LogCursor {

    /** A batch and what ends in it. */
    record Parcel(Batch batch, long transactions, long rows, long heartbeats) {
    }

    private final ChangeLog log;
    /** The last transaction taken whole. */
    private long sequence;
    /** The transaction begun and not ended, or null. */
    private LogEntry open;
    private int nextChunk;

    // Of the parcel being filled.
    private Batch.Builder batch;
    private int bytes;
    private long transactions;
    private long rows;
    private long heartbeats;

    LogCursor(ChangeLog log, long after) {
        this.log = log;
        this.sequence = after;
    }

    long sequence() {
        return sequence;
    }

    /**
     * The next batch; empty when the log has no more. Around {@link Protocol#BATCH_BYTES}, more only when one chunk is.
     *
     * @throws ChangeLogException when what should follow is not there, or has a row too large for a message
     */
    Parcel next() {
        batch = Batch.newBuilder().setLastSequence(log.lastSequence());
        bytes = 0;
        transactions = 0;
        rows = 0;
        heartbeats = 0;
        boolean more = true;
        while (more && bytes < Protocol.BATCH_BYTES) {
            more = open == null ? begin() : nextChunk < open.header().getChunks() ? chunk() : end();
        }
        return new Parcel(batch.build(), transactions, rows, heartbeats);
    }

    /** A batch without pieces, which only tells where the log is. */
    Parcel signOfLife() {
        return new Parcel(Batch.newBuilder().setLastSequence(log.lastSequence()).build(), 0, 0, 0);
    }

    private boolean begin() {
        open = log.entry(sequence + 1).orElse(null);
        if (open == null) {
            if (sequence + 1 < log.firstSequence()) {
                throw new ChangeLogException("transaction " + (sequence + 1) + " of " + log.origin()
                        + " was trimmed while it was being shipped; subscribe again");
            }
            return false;
        }
        nextChunk = 0;
        add(Piece.newBuilder().setBegin(open.header()), open.header().getSerializedSize());
        return true;
    }

    private boolean chunk() {
        byte[] chunk = open.onlyChunk() != null ? open.onlyChunk() : log.chunk(sequence + 1, nextChunk);
        if (bytes > 0 && bytes + chunk.length > Protocol.BATCH_BYTES) {
            return false;
        }
        if (chunk.length > Protocol.MAX_MESSAGE_BYTES - Protocol.BATCH_BYTES) {
            throw new ChangeLogException("transaction " + (sequence + 1) + " of " + log.origin() + " has a row of " + chunk.length
                    + " bytes, more than the " + Protocol.MAX_MESSAGE_BYTES + " a stream carries; it cannot be shipped");
        }
        add(Piece.newBuilder().setChunk(UnsafeByteOperations.unsafeWrap(chunk)), chunk.length);
        nextChunk++;
        return true;
    }

    private boolean end() {
        sequence++;
        add(Piece.newBuilder().setEnd(sequence), Long.BYTES);
        if (open.header().getHeartbeat()) {
            heartbeats++;
        } else {
            transactions++;
            rows += open.header().getRows();
        }
        open = null;
        return true;
    }

    private void add(Piece.Builder piece, int size) {
        batch.addPieces(piece);
        // What a piece costs beside its content, so that batches of tiny ones stay bounded too.
        bytes += size + 8;
    }
}
