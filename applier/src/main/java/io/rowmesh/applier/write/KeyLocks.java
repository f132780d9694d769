package io.rowmesh.applier.write;

import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * The lock per key that lanes, re-assertion and look-again take before their first statement and hold until their commit
 * returned (convergence rule 1). Row and tombstone are two places, and only this makes judging both one step. Striped, taken
 * in ascending order; a huge transaction takes all stripes.
 */
public final class KeyLocks {

    private static final int STRIPES = 1024;

    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    public KeyLocks() {
        java.util.Arrays.setAll(stripes, i -> new ReentrantLock());
    }

    /** Waits for the locks of all these keys. */
    public Held lock(Collection<TableKey> keys) {
        return lock(keys.stream().mapToInt(KeyLocks::stripe).sorted().distinct());
    }

    /** Waits until nobody else holds any key. */
    public Held lockAll() {
        return lock(IntStream.range(0, STRIPES));
    }

    private Held lock(IntStream ascending) {
        int[] numbers = ascending.toArray();
        for (int number : numbers) {
            stripes[number].lock();
        }
        return () -> {
            for (int i = numbers.length - 1; i >= 0; i--) {
                stripes[numbers[i]].unlock();
            }
        };
    }

    private static int stripe(TableKey key) {
        int hash = key.hashCode();
        return (hash ^ hash >>> 15) & STRIPES - 1;
    }

    /** Locks that are held; closed by the thread that took them. */
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }
}
