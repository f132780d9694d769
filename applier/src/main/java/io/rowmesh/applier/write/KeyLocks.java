package io.rowmesh.applier.write;

import io.rowmesh.schema.TableId;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The lock per key that lanes, re-assertion and look-again take before their first statement and hold until their commit
 * returned (convergence rule 1). Row and tombstone are two places, and only this makes judging both one step. Striped, taken
 * in ascending order, so that nobody waits in a circle; a huge transaction takes all stripes. A table whose rows decide about
 * each other (unique: newest-wins) has one lock for all its keys.
 *
 * <p>Owned by who asked for them, not by threads: the simulation runs all of a node in one.
 */
public final class KeyLocks {

    private static final int STRIPES = 1024;
    private static final long LOOK_EVERY_NANOS = 2_000_000;

    /** Guarded by this, as is all of Held. */
    private final Held[] owners;
    private final Predicate<TableId> whole;
    private final Map<String, Held> unsettled = new HashMap<>();
    private int waiters;

    public KeyLocks() {
        this(STRIPES, table -> false);
    }

    /** @param whole the tables that have one lock for all their keys */
    public KeyLocks(Predicate<TableId> whole) {
        this(STRIPES, whole);
    }

    /** @param stripes a power of two */
    public KeyLocks(int stripes, Predicate<TableId> whole) {
        this.owners = new Held[stripes];
        this.whole = whole;
    }

    /** The locks of these keys, none of them taken yet. */
    public Held of(Collection<TableKey> keys) {
        return new Held(keys.stream().mapToInt(this::stripe).sorted().distinct().toArray());
    }

    /** The locks of all keys, none of them taken yet. */
    public Held ofAll() {
        return new Held(IntStream.range(0, owners.length).toArray());
    }

    /**
     * Keeps the locks of an origin's transaction of which nobody knows whether its commit takes place, until
     * {@link #settle}: it might still become visible while another lane judges the same key without it.
     */
    public synchronized void keepUnsettled(String origin, Held held) {
        unsettled.put(origin, held);
    }

    /**
     * Of who gives up, after an error.
     *
     * @param mayCommit whether the commit was under way
     */
    public void giveUp(String origin, Held held, boolean mayCommit) {
        if (mayCommit) {
            keepUnsettled(origin, held);
        } else {
            held.close();
        }
    }

    /** The origin's former session has ended, and with it every transaction it had open. */
    public synchronized void settle(String origin) {
        Held held = unsettled.remove(origin);
        if (held != null) {
            held.close();
        }
    }

    private int stripe(TableKey key) {
        int hash = (whole.test(key.table()) ? TombstoneIndex.wholeTable(key.table()) : key).hashCode();
        return (hash ^ hash >>> 15) & owners.length - 1;
    }

    /** Locks that somebody wants, or holds. */
    public final class Held implements AutoCloseable {

        private final int[] ascending;
        private int taken;

        private Held(int[] ascending) {
            this.ascending = ascending;
        }

        /** Takes as many as are free before the first that is not; what it has it keeps. Returns whether it has all. */
        public boolean tryTake() {
            synchronized (KeyLocks.this) {
                while (taken < ascending.length && owners[ascending[taken]] == null) {
                    owners[ascending[taken++]] = this;
                }
                return taken == ascending.length;
            }
        }

        /** Waits until it has all. */
        void take() {
            boolean interrupted = false;
            synchronized (KeyLocks.this) {
                waiters++;
                while (!tryTake()) {
                    try {
                        KeyLocks.this.wait();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
                waiters--;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        /** Waits for no longer than that until it has all; if not, it has none. */
        public boolean take(Duration patience) {
            long until = System.nanoTime() + patience.toNanos();
            while (!tryTake()) {
                if (System.nanoTime() - until >= 0) {
                    close();
                    return false;
                }
                LockSupport.parkNanos(LOOK_EVERY_NANOS);
            }
            return true;
        }

        /** Frees what it holds; it may be taken anew. */
        @Override
        public void close() {
            synchronized (KeyLocks.this) {
                while (taken > 0) {
                    owners[ascending[--taken]] = null;
                }
                if (waiters > 0) {
                    KeyLocks.this.notifyAll();
                }
            }
        }
    }
}
