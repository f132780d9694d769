package io.rowmesh.rules.credible;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;

/**
 * The key that a local change wrote.
 *
 * @param key canonical ({@link RowKey}); {@link RowKey#ALL} when a truncate wrote every key of the table
 */
public record WrittenKey(TableId table, String key) {

    public static WrittenKey of(RowChange change) {
        return new WrittenKey(change.table().id(), RowKey.of(change));
    }

    public boolean isWholeTable() {
        return key.equals(RowKey.ALL);
    }

    WrittenKey wholeTable() {
        return isWholeTable() ? this : new WrittenKey(table, RowKey.ALL);
    }

    /**
     * 64 bits that stand for the key (FNV-1a, mixed at the end). Two keys with the same number only make a write look less
     * credible than it is, which costs a touch.
     */
    long number() {
        long hash = add(add(add(0xcbf29ce484222325L, table.schema()), table.name()), key);
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        return hash ^ hash >>> 33;
    }

    private static long add(long hash, String text) {
        long added = hash;
        for (int i = 0; i < text.length(); i++) {
            added = (added ^ text.charAt(i)) * 0x100000001b3L;
        }
        return (added ^ 0xff) * 0x100000001b3L;
    }
}
