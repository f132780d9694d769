package io.rowmesh.agent.versions;

import io.rowmesh.agent.log.NativeLibrary;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;

/** RocksDB for the versions of rows. Safe for many threads, also against being closed under them. */
final class VersionStore implements AutoCloseable {

    private static final long MIB = 1 << 20;

    /** The column families. META is RocksDB's default one; STAGED has what a large transaction does, in its order. */
    enum Family { META, ENTRIES, STAGED }

    private final Path directory;
    private final RocksDB db;
    private final List<ColumnFamilyHandle> handles;
    private final List<RocksObject> owned;
    private final WriteOptions options = new WriteOptions();
    private final ReentrantReadWriteLock openness = new ReentrantReadWriteLock();
    private boolean closed;

    private VersionStore(Path directory, RocksDB db, List<ColumnFamilyHandle> handles, List<RocksObject> owned) {
        this.directory = directory;
        this.db = db;
        this.handles = handles;
        this.owned = owned;
    }

    static VersionStore open(Path directory) {
        List<RocksObject> owned = new ArrayList<>();
        try {
            Files.createDirectories(directory);
            NativeLibrary.load(directory.toAbsolutePath().getParent());
            DBOptions options = new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true)
                    .setDbWriteBufferSize(24 * MIB).setMaxTotalWalSize(64 * MIB).setMaxOpenFiles(128).setMaxBackgroundJobs(2)
                    .setInfoLogLevel(InfoLogLevel.WARN_LEVEL).setKeepLogFileNum(2).setStatsDumpPeriodSec(0);
            owned.add(options);
            ColumnFamilyOptions families = familyOptions(owned);
            List<ColumnFamilyDescriptor> descriptors = List.of(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, families),
                    new ColumnFamilyDescriptor(bytes("entries"), families), new ColumnFamilyDescriptor(bytes("staged"), families));
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            return new VersionStore(directory, RocksDB.open(options, directory.toString(), descriptors, handles), handles, owned);
        } catch (RocksDBException | IOException e) {
            free(owned);
            throw new VersionsException("the versions of rows in " + directory + " cannot be opened: " + e.getMessage()
                    + "; if its files are damaged, move the directory away and run `rowmesh new-epoch`", e);
        }
    }

    /** Most keys that are asked for are there or were never written, so a filter spares reading. */
    private static ColumnFamilyOptions familyOptions(List<RocksObject> owned) {
        LRUCache cache = new LRUCache(32 * MIB);
        BloomFilter filter = new BloomFilter(10);
        owned.add(cache);
        owned.add(filter);
        ColumnFamilyOptions options = new ColumnFamilyOptions().setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(8 * MIB).setTargetFileSizeBase(16 * MIB)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter)
                        .setCacheIndexAndFilterBlocks(true));
        owned.add(options);
        return options;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    byte[] get(Family family, byte[] key) {
        return call("read", () -> db.get(handle(family), key));
    }

    /** Every entry of a family, in the order of keys. */
    void each(Family family, BiConsumer<byte[], byte[]> taker) {
        call("read", () -> {
            try (RocksIterator at = db.newIterator(handle(family))) {
                for (at.seekToFirst(); at.isValid(); at.next()) {
                    taker.accept(at.key(), at.value());
                }
                at.status();
                return null;
            }
        });
    }

    /** Many writes that become visible together. */
    final class Batch implements AutoCloseable {
        private final WriteBatch writes = new WriteBatch();

        void put(Family family, byte[] key, byte[] value) {
            call("write", () -> {
                writes.put(handle(family), key, value);
                return null;
            });
        }

        void delete(Family family, byte[] key) {
            call("write", () -> {
                writes.delete(handle(family), key);
                return null;
            });
        }

        /** Everything from the one key up to but without the other. */
        void deleteRange(Family family, byte[] from, byte[] to) {
            call("write", () -> {
                writes.deleteRange(handle(family), from, to);
                return null;
            });
        }

        long bytes() {
            return writes.getDataSize();
        }

        void clear() {
            writes.clear();
        }

        @Override
        public void close() {
            writes.close();
        }
    }

    Batch batch() {
        return new Batch();
    }

    /** Writes and empties the batch. A crash may lose the last of such writes, never one and keep a later one. */
    void write(Batch batch) {
        call("write", () -> {
            db.write(options, batch.writes);
            batch.clear();
            return null;
        });
    }

    private ColumnFamilyHandle handle(Family family) {
        return handles.get(family.ordinal());
    }

    private interface Call<T> {
        T run() throws RocksDBException;
    }

    private <T> T call(String what, Call<T> call) {
        openness.readLock().lock();
        try {
            if (closed) {
                throw new VersionsException("the versions of rows in " + directory + " are closed", null);
            }
            return call.run();
        } catch (RocksDBException e) {
            throw new VersionsException("the versions of rows in " + directory + " cannot " + what + ": " + e.getMessage()
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
                options.close();
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
