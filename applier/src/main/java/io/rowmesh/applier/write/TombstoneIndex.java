package io.rowmesh.applier.write;

import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;

import java.util.BitSet;
import java.util.Collection;

/**
 * Which keys may have a tombstone: a Bloom filter of constant size, so that the common write is known to have none without
 * asking the database. May answer yes for a key that has none, never no for one that has. Keys are added under their lock.
 */
public final class TombstoneIndex {

    /** 4 MiB: with a million tombstones one answer in 250 is a needless yes. */
    private static final int BITS = 1 << 25;

    private static final long ROOM = 2_000_000;

    private final int size;
    private final BitSet bits;
    private long added;
    private long addedWhenLoaded;

    public TombstoneIndex() {
        this(BITS);
    }

    /** @param size bits, a power of two; a small one answers yes more often */
    public TombstoneIndex(int size) {
        this.size = size;
        this.bits = new BitSet(size);
    }

    public synchronized void add(Collection<TableKey> keys) {
        for (TableKey key : keys) {
            long hash = hash(key);
            added += has(hash) ? 0 : 1;
            bits.set(first(hash));
            bits.set(second(hash));
        }
    }

    synchronized boolean mayContain(TableKey key) {
        return has(hash(key)) || has(hash(wholeTable(key.table())));
    }

    /** Forgets everything, to be filled with what stands now. */
    public synchronized void clear() {
        bits.clear();
        added = 0;
    }

    /** Now it holds what stands. */
    public synchronized void loaded() {
        addedWhenLoaded = added;
    }

    /** Whether so much was added since it was loaded that loading it anew is worth while: tombstones go, bits stay. */
    synchronized boolean crowded() {
        return added - addedWhenLoaded > addedWhenLoaded + ROOM;
    }

    private boolean has(long hash) {
        return bits.get(first(hash)) && bits.get(second(hash));
    }

    private int first(long hash) {
        return (int) hash & size - 1;
    }

    private int second(long hash) {
        return (int) (hash >>> 32) & size - 1;
    }

    static TableKey wholeTable(TableId table) {
        return new TableKey(table, RowKey.ALL);
    }

    /** FNV-1a, mixed at the end so that all bits depend on all characters. */
    private static long hash(TableKey key) {
        long hash = 0xcbf29ce484222325L;
        String text = key.table().schema() + "\0" + key.table().name() + "\0" + key.key();
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        return hash ^ hash >>> 33;
    }
}
