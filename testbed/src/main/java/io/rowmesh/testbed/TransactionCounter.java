package io.rowmesh.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Sets how many transactions a cleanly stopped server has had, as pg_resetwal -x and -e do: the next number stands in the control
 * file's copy of the last checkpoint, and in that checkpoint's record in the log (PostgreSQL's pg_control.h, xlogrecord.h).
 */
final class TransactionCounter {

    private static final int PAGE = 8192;
    private static final int SEGMENT = 16 << 20;
    private static final int SHORT_PAGE_HEADER = 24;
    private static final int LONG_PAGE_HEADER = 40;

    // The control file.
    private static final int CHECKPOINT_AT = 32;
    private static final int COPY = 40;
    private static final int CONTROL_SIZE = 8192;

    // A checkpoint, from its own beginning.
    private static final int CHECKPOINT_SIZE = 88;
    private static final int TIMELINE = 8;
    private static final int NEXT = 24;

    // A record of the log, from its own beginning: a header, a byte that says what follows, its length, the checkpoint.
    private static final int RECORD_CRC = 20;
    private static final int RECORD_HEADER = 24;
    private static final int RECORD_DATA = RECORD_HEADER + 2;

    private static final int TRANSACTIONS_A_STATUS_SEGMENT = 32 * PAGE * 4;

    private final Path data;

    TransactionCounter(Path data) {
        this.data = data;
    }

    /** @param next number of the next transaction, 64 bits */
    void set(long next) {
        try {
            ByteBuffer control = ByteBuffer.wrap(Files.readAllBytes(data.resolve("global/pg_control"))).order(ByteOrder.nativeOrder());
            long before = control.getLong(COPY + NEXT);
            setInLog(control.getLong(CHECKPOINT_AT), control.getInt(COPY + TIMELINE), before, next);
            int end = crcPosition(control);
            control.putLong(COPY + NEXT, next);
            control.putInt(end, crc(control, 0, end));
            Files.write(data.resolve("global/pg_control"), control.array());
            addStatusSegment(next);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The checksum is the last field of a struct whose length differs between versions; behind it there are zeros. */
    private static int crcPosition(ByteBuffer control) {
        for (int at = COPY + CHECKPOINT_SIZE; at < CONTROL_SIZE; at += 4) {
            if (control.getInt(at) == crc(control, 0, at)) {
                return at;
            }
        }
        throw new IllegalStateException("global/pg_control has no checksum");
    }

    private void setInLog(long position, int timeline, long before, long next) throws IOException {
        Path segment = data.resolve("pg_wal").resolve("%08X%08X%08X".formatted(timeline, position >>> 32, (position & 0xffffffffL) / SEGMENT));
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer record = ByteBuffer.allocate(length(file, position)).order(ByteOrder.nativeOrder());
            transfer(file, position, record, false);
            if (record.getLong(RECORD_DATA + NEXT) != before || record.getInt(RECORD_CRC) != recordCrc(record)) {
                throw new IllegalStateException("there is no checkpoint at " + Long.toHexString(position) + " in " + segment);
            }
            record.putLong(RECORD_DATA + NEXT, next);
            record.putInt(RECORD_CRC, recordCrc(record));
            transfer(file, position, record, true);
        }
    }

    private static int length(FileChannel file, long position) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder());
        transfer(file, position, length, false);
        return length.getInt(0);
    }

    /** Pages begin with headers, which are no part of a record that goes over their edge. */
    private static void transfer(FileChannel file, long position, ByteBuffer bytes, boolean write) throws IOException {
        long at = position % SEGMENT;
        for (int done = 0; done < bytes.capacity(); at++, done++) {
            if (at % PAGE == 0) {
                at += at == 0 ? LONG_PAGE_HEADER : SHORT_PAGE_HEADER;
            }
            ByteBuffer one = bytes.slice(done, 1);
            if (write) {
                file.write(one, at);
            } else {
                file.read(one, at);
            }
        }
    }

    /** Over what follows the header, and then the header up to the checksum. */
    private static int recordCrc(ByteBuffer record) {
        CRC32C crc = new CRC32C();
        crc.update(record.array(), RECORD_HEADER, record.capacity() - RECORD_HEADER);
        crc.update(record.array(), 0, RECORD_CRC);
        return (int) crc.getValue();
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), from, to - from);
        return (int) crc.getValue();
    }

    /** Which transactions have committed is kept in files that the server makes as it comes by: there must be one for the next. */
    private void addStatusSegment(long next) throws IOException {
        Path segment = data.resolve("pg_xact").resolve("%04X".formatted((next & 0xffffffffL) / TRANSACTIONS_A_STATUS_SEGMENT));
        if (!Files.exists(segment)) {
            Files.write(segment, new byte[32 * PAGE]);
        }
    }
}
