package io.rowmesh.applier.write;

import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which keys may have a tombstone: a set of hashes, so that the common write is known to have none without asking the
 * database. May answer yes for a key that has none, never no for one that has.
 */
public final class TombstoneIndex {

    private Set<Long> hashes = new HashSet<>();
    private List<Long> addedWhileReloading;

    synchronized void add(Collection<TableKey> keys) {
        keys.forEach(key -> {
            hashes.add(hash(key));
            if (addedWhileReloading != null) {
                addedWhileReloading.add(hash(key));
            }
        });
    }

    synchronized boolean mayContain(TableKey key) {
        return !hashes.isEmpty() && (hashes.contains(hash(key)) || hashes.contains(hash(wholeTable(key.table()))));
    }

    synchronized int size() {
        return hashes.size();
    }

    /** From here on additions are remembered, until {@link #finishReload}. */
    synchronized void beginReload() {
        addedWhileReloading = new ArrayList<>();
    }

    /** Replaces what is known by what the database has, and what was added meanwhile. */
    synchronized void finishReload(Collection<TableKey> stored) {
        Set<Long> fresh = new HashSet<>(addedWhileReloading);
        stored.forEach(key -> fresh.add(hash(key)));
        hashes = fresh;
        addedWhileReloading = null;
    }

    static TableKey wholeTable(TableId table) {
        return new TableKey(table, RowKey.ALL);
    }

    private static long hash(TableKey key) {
        long hash = 0xcbf29ce484222325L;
        String text = key.table().schema() + "\0" + key.table().name() + "\0" + key.key();
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
