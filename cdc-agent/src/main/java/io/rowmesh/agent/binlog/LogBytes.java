package io.rowmesh.agent.binlog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the log's numbers and bytes one after the other; past the end it throws {@link IndexOutOfBoundsException}. */
final class LogBytes {

    private final byte[] bytes;
    private final int end;
    private int at;

    LogBytes(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private LogBytes(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    int remaining() {
        return end - at;
    }

    private int forward(int count) {
        if (count < 0 || count > end - at) {
            throw new IndexOutOfBoundsException("wanted " + count + " bytes where " + (end - at) + " are left");
        }
        int from = at;
        at += count;
        return from;
    }

    void skip(int count) {
        forward(count);
    }

    int u8() {
        return bytes[forward(1)] & 0xff;
    }

    /** Little-endian, unsigned below eight bytes. */
    long little(int count) {
        int from = forward(count);
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | bytes[from + i] & 0xff;
        }
        return value;
    }

    /** Little-endian, signed. */
    long signed(int count) {
        int unused = Long.SIZE - Byte.SIZE * count;
        return little(count) << unused >> unused;
    }

    /** Big-endian, unsigned below eight bytes. */
    long big(int count) {
        int from = forward(count);
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | bytes[from + i] & 0xff;
        }
        return value;
    }

    /** MySQL's length-encoded integer. */
    int packed() {
        int first = u8();
        long value = switch (first) {
            case 252 -> little(2);
            case 253 -> little(3);
            case 254 -> little(8);
            default -> first;
        };
        return Math.toIntExact(value);
    }

    byte[] take(int count) {
        int from = forward(count);
        return Arrays.copyOfRange(bytes, from, from + count);
    }

    String utf8(int count) {
        int from = forward(count);
        return new String(bytes, from, count, StandardCharsets.UTF_8);
    }

    /** The next bytes on their own. */
    LogBytes slice(int count) {
        int from = forward(count);
        return new LogBytes(bytes, from, from + count);
    }

    /** The same bytes from another place on, counted from the beginning of these. */
    LogBytes from(int offset) {
        LogBytes other = new LogBytes(bytes, at, end);
        other.skip(offset);
        return other;
    }

    /** Bits in the order of columns, the lowest of each byte first. */
    boolean[] bits(int count) {
        return bits(count, false);
    }

    boolean[] bits(int count, boolean highestFirst) {
        int from = forward((count + 7) / 8);
        boolean[] bits = new boolean[count];
        for (int i = 0; i < count; i++) {
            int shift = highestFirst ? 7 - i % 8 : i % 8;
            bits[i] = (bytes[from + i / 8] >> shift & 1) != 0;
        }
        return bits;
    }
}
