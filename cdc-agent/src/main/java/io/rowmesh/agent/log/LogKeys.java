package io.rowmesh.agent.log;

import io.rowmesh.agent.log.LogState.Mark;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Keys and small values as they stand on disk; numbers are big-endian, so that the order of keys is the order of the log. */
final class LogKeys {

    static final byte[] OWNER = text("owner");
    static final byte[] EPOCH = text("epoch");
    static final byte[] SYNCED = text("synced");
    static final byte[] NEWEST = text("newest");
    static final byte[] TRIMMED = text("trimmed");
    static final byte[] SEEN = text("seen");
    static final byte[] SECRET = text("secret");
    static final byte[] SOURCE_OFFSET = text("source-offset");
    /** Above every key of a transaction: sequences are positive. */
    static final byte[] END = {(byte) 0xff};

    private LogKeys() {
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] acknowledged(String region) {
        return text("acknowledged/" + region);
    }

    /** The key of a transaction's entry, and the lower bound of its chunks' keys. */
    static byte[] entry(long sequence) {
        return ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
    }

    static byte[] chunk(long sequence, int chunkNumber) {
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(sequence).putInt(chunkNumber).array();
    }

    static byte[] epochs(LogState state) {
        return ByteBuffer.allocate(2 * Integer.BYTES).putInt(state.epoch()).putInt(state.highestEpoch()).array();
    }

    static byte[] mark(Mark mark) {
        return ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(mark.sequence()).putLong(mark.position()).putLong(mark.totalBytes()).array();
    }

    static byte[] micros(long micros) {
        return ByteBuffer.allocate(Long.BYTES).putLong(micros).array();
    }

    static long readMicros(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    static byte[] acknowledgement(int epoch, long sequence) {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES).putInt(epoch).putLong(sequence).array();
    }

    static Mark readMark(byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        return new Mark(in.getLong(), in.getLong(), in.getLong());
    }

    /** The state as of the last sync, from the three values that hold it. */
    static LogState readState(byte[] epochs, byte[] synced, byte[] trimmed) {
        ByteBuffer in = ByteBuffer.wrap(epochs);
        return new LogState(in.getInt(), in.getInt(), readMark(synced), readMark(trimmed));
    }
}
