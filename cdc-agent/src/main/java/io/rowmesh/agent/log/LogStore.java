package io.rowmesh.agent.log;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

import java.nio.file.Files;
import java.nio.file.Path;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** RocksDB, and nothing else of it is known outside. Safe for many threads, also against being closed under them. */
final class LogStore implements AutoCloseable {

    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    /** Where a batch is large. */
    private static final long WRITE_AT_BYTES = MIB;

    /** The column families. META is RocksDB's default one. */
    enum Family { META, ENTRIES, CHUNKS }

    private final Path directory;
    private final RocksDB db;
    private final List<ColumnFamilyHandle> handles;
    /** Freed in reverse order, after the database. */
    private final List<RocksObject> owned;
    private final WriteOptions unsynced = new WriteOptions();
    private final WriteOptions synced = new WriteOptions().setSync(true);
    /** Native memory must not go while another thread is inside: calls share it, closing excludes them. */
    private final ReentrantReadWriteLock openness = new ReentrantReadWriteLock();
    private boolean closed;

    private LogStore(Path directory, RocksDB db, List<ColumnFamilyHandle> handles, List<RocksObject> owned) {
        this.directory = directory;
        this.db = db;
        this.handles = handles;
        this.owned = owned;
    }

    /** @throws ChangeLogException when the files are damaged or cannot be read */
    static LogStore open(Path directory) {
        List<RocksObject> owned = new ArrayList<>();
        try {
            Files.createDirectories(directory);
            NativeLibrary.load(directory.toAbsolutePath().getParent());
            DBOptions options = databaseOptions();
            owned.add(options);
            ColumnFamilyOptions families = familyOptions(owned);
            List<ColumnFamilyDescriptor> descriptors = Arrays.stream(Family.values())
                    .map(f -> new ColumnFamilyDescriptor(name(f), families)).toList();
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            RocksDB db = RocksDB.open(options, directory.toString(), descriptors, handles);
            return new LogStore(directory, db, handles, owned);
        } catch (RocksDBException | IOException e) {
            free(owned);
            throw new ChangeLogException("the change log in " + directory + " cannot be opened: " + e.getMessage()
                    + "; if its files are damaged, move the directory away and load the other regions again", e);
        }
    }

    /** Native memory: 16 MiB of cache and at most 24 MiB of writes not yet in files, whatever the size of the log. */
    private static DBOptions databaseOptions() {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // A write torn by a crash is the only damage to be expected, and only at the end. Anything else is reported.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setDbWriteBufferSize(24 * MIB)
                .setMaxTotalWalSize(64 * MIB)
                .setMaxOpenFiles(128)
                .setMaxBackgroundJobs(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0);
    }

    private static ColumnFamilyOptions familyOptions(List<RocksObject> owned) {
        Cache cache = new LRUCache(16 * MIB);
        owned.add(cache);
        ColumnFamilyOptions options = new ColumnFamilyOptions()
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(8 * MIB)
                .setTargetFileSizeBase(16 * MIB)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache).setBlockSize(32 * KIB)
                        .setCacheIndexAndFilterBlocks(true));
        owned.add(options);
        return options;
    }

    private static byte[] name(Family family) {
        return switch (family) {
            case META -> RocksDB.DEFAULT_COLUMN_FAMILY;
            case ENTRIES -> LogKeys.text("entries");
            case CHUNKS -> LogKeys.text("chunks");
        };
    }

    /** The value, or null when there is none. */
    byte[] get(Family family, byte[] key) {
        return call("read", () -> db.get(handle(family), key));
    }

    /** Many writes that become visible together. */
    final class Batch implements AutoCloseable {
        private final WriteBatch writes = new WriteBatch();

        Batch put(Family family, byte[] key, byte[] value) {
            return add(() -> writes.put(handle(family), key, value));
        }

        /** Everything from the one key up to but without the other. */
        Batch deleteRange(Family family, byte[] from, byte[] to) {
            return add(() -> writes.deleteRange(handle(family), from, to));
        }

        long bytes() {
            return writes.getDataSize();
        }

        void clear() {
            writes.clear();
        }

        private Batch add(Action action) {
            return call("write", () -> {
                action.run();
                return this;
            });
        }

        @Override
        public void close() {
            writes.close();
        }
    }

    Batch batch() {
        return new Batch();
    }

    /** Writes and empties the batch. With {@code sync}, this and all earlier writes are on the disk when it returns. */
    void write(Batch batch, boolean sync) {
        call("write", () -> {
            db.write(sync ? synced : unsynced, batch.writes);
            batch.clear();
            return null;
        });
    }

    /** Writes and empties a batch that has grown large, so that memory stays bounded. */
    void writeWhenLarge(Batch batch) {
        if (batch.bytes() > WRITE_AT_BYTES) {
            write(batch, false);
        }
    }

    /** Frees the files that hold nothing but keys below the bound, without rewriting others. */
    void dropFilesBelow(long sequence) {
        List<byte[]> range = List.of(LogKeys.entry(0), LogKeys.entry(sequence));
        call("trim", () -> {
            db.deleteFilesInRanges(handle(Family.ENTRIES), range, false);
            db.deleteFilesInRanges(handle(Family.CHUNKS), range, false);
            return null;
        });
    }

    private ColumnFamilyHandle handle(Family family) {
        return handles.get(family.ordinal());
    }

    private interface Action {
        void run() throws RocksDBException;
    }

    private interface Call<T> {
        T run() throws RocksDBException;
    }

    private <T> T call(String what, Call<T> call) {
        openness.readLock().lock();
        try {
            if (closed) {
                throw new ChangeLogException("the change log in " + directory + " is closed");
            }
            return call.run();
        } catch (RocksDBException e) {
            throw new ChangeLogException("the change log in " + directory + " cannot " + what + ": " + e.getMessage()
                    + "; check the disk and start the node again", e);
        } finally {
            openness.readLock().unlock();
        }
    }

    @Override
    public void close() {
        openness.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                handles.forEach(ColumnFamilyHandle::close);
                db.close();
                unsynced.close();
                synced.close();
                free(owned);
            }
        } finally {
            openness.writeLock().unlock();
        }
    }

    private static void free(List<RocksObject> objects) {
        Collections.reverse(objects);
        objects.forEach(RocksObject::close);
    }
}
