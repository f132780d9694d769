package io.rowmesh.applier.locking;

import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.TableId;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Keys that the open transaction has written, of which the log does not tell yet. So many at most: a row beyond is judged by what it
 * was before, by which the transaction has won already.
 */
final class OwnKeys {

    private static final int KEPT = 10_000;

    private final Set<TableKey> keys = new HashSet<>();

    void clear() {
        keys.clear();
    }

    void add(TableId table, Collection<String> written) {
        for (String key : written) {
            if (keys.size() < KEPT) {
                keys.add(new TableKey(table, key));
            }
        }
    }

    boolean holds(TableId table, String key) {
        return !keys.isEmpty() && keys.contains(new TableKey(table, key));
    }
}
