package io.rowmesh.agent.log;

import com.google.protobuf.InvalidProtocolBufferException;
import io.rowmesh.schema.wire.TransactionHeader;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What stands in the log under a sequence. The only chunk of a small transaction stands in the same record, so that the
 * common transaction costs one write and one read.
 *
 * @param header     in its wire form, as it travels
 * @param onlyChunk  the chunk of a small transaction, null when its chunks stand by themselves
 * @param totalBytes bytes of all transactions of the epoch up to and including this one
 */
public record LogEntry(TransactionHeader header, byte[] onlyChunk, long totalBytes) {

    private static final byte FORMAT = 1;
    private static final int FIXED_BYTES = 1 + Long.BYTES + Integer.BYTES;

    byte[] encode() {
        byte[] head = header.toByteArray();
        ByteBuffer bytes = ByteBuffer.allocate(FIXED_BYTES + head.length + (onlyChunk == null ? 0 : 1 + onlyChunk.length));
        bytes.put(FORMAT).putLong(totalBytes).putInt(head.length).put(head);
        if (onlyChunk != null) {
            // One byte more, so that an empty chunk differs from none.
            bytes.put(FORMAT).put(onlyChunk);
        }
        return bytes.array();
    }

    /** @throws IllegalArgumentException when the bytes are no entry of this version's format */
    static LogEntry decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < FIXED_BYTES || in.get() != FORMAT) {
            throw new IllegalArgumentException("it has no known format");
        }
        long totalBytes = in.getLong();
        int length = in.getInt();
        int end = FIXED_BYTES + length;
        if (length < 0 || end > bytes.length) {
            throw new IllegalArgumentException("it is cut short");
        }
        try {
            TransactionHeader header = TransactionHeader.parseFrom(in.slice(FIXED_BYTES, length));
            byte[] chunk = bytes.length == end ? null : Arrays.copyOfRange(bytes, end + 1, bytes.length);
            return new LogEntry(header, chunk, totalBytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("its header cannot be read: " + e.getMessage(), e);
        }
    }
}
