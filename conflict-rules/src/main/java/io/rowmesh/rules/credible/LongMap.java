package io.rowmesh.rules.credible;

import java.util.Arrays;

/** From numbers of keys to numbers, without boxes: open addressing, at most half full. */
final class LongMap {

    /** What {@link #get} answers for a key that is not there; cannot be a value. */
    static final long NONE = Long.MIN_VALUE;

    private static final int SMALLEST = 64;

    private long[] keys = new long[SMALLEST];
    private long[] values = filled(SMALLEST);
    private int size;

    private static long[] filled(int length) {
        long[] values = new long[length];
        Arrays.fill(values, NONE);
        return values;
    }

    int size() {
        return size;
    }

    long get(long key) {
        return values[slot(key)];
    }

    void put(long key, long value) {
        int slot = slot(key);
        if (values[slot] == NONE) {
            size++;
        }
        keys[slot] = key;
        values[slot] = value;
        if (size * 2 > keys.length) {
            resize();
        }
    }

    /** Keeps the greater value. */
    void raise(long key, long value) {
        put(key, Math.max(get(key), value));
    }

    void remove(long key) {
        int slot = slot(key);
        if (values[slot] == NONE) {
            return;
        }
        values[slot] = NONE;
        size--;
        // Those behind it in its cluster are put where they would be without it.
        for (int next = next(slot); values[next] != NONE; next = next(next)) {
            long movedValue = values[next];
            values[next] = NONE;
            int free = slot(keys[next]);
            keys[free] = keys[next];
            values[free] = movedValue;
        }
    }

    /** Gets each key with its value. */
    interface Taker {
        void take(long key, long value);
    }

    void forEach(Taker taker) {
        for (int i = 0; i < keys.length; i++) {
            if (values[i] != NONE) {
                taker.take(keys[i], values[i]);
            }
        }
    }

    private int slot(long key) {
        int slot = (int) (key ^ key >>> 32) & keys.length - 1;
        while (values[slot] != NONE && keys[slot] != key) {
            slot = next(slot);
        }
        return slot;
    }

    private int next(int slot) {
        return slot + 1 & keys.length - 1;
    }

    private void resize() {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = filled(keys.length);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != NONE) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
