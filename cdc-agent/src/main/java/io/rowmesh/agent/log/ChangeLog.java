package io.rowmesh.agent.log;

import io.rowmesh.agent.log.LogState.Mark;
import io.rowmesh.agent.log.LogStore.Family;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A region's captured transactions on disk, numbered without gaps from 1 in each epoch. One thread writes (the capture); any
 * number read (one for each subscribed region) and never see what is not durable yet:
 *
 * <pre>
 *   appendChunk(0..n-1), commit(header)   may be lost in a crash, then the database delivers it again
 *   sync()                                on the disk; visible to readers; the database may forget it
 *   trimTo(sequence)                      every region has it
 * </pre>
 *
 * What was committed but not synced is removed when the log is opened again, even where a crash happened to keep it: the
 * capture does its duties of a transaction (tombstones) before the sync, so a transaction that skipped the sync skipped them.
 */
public final class ChangeLog implements AutoCloseable {

    /** Bound of a log opened without one, in bytes. */
    public static final long DEFAULT_MAX_BYTES = 10L << 30;

    private final Path directory;
    private final String origin;
    private final long maxBytes;
    private final DirectoryLock lock;
    private final LogStore store;
    private final LogTrimmer trimmer;
    private final Acknowledgements acknowledgements;

    /** Guards changes of state, and wakes those who wait for it. */
    private final ReentrantLock stateLock = new ReentrantLock();
    private final Condition stateChanged = stateLock.newCondition();
    private volatile LogState state;
    private volatile boolean closed;

    // Of the writer. What is volatile is read by sizeBytes().
    private final LogStore.Batch pending;
    private final OpenTransaction open;
    private final SeenAtEnd seenAtEnd;
    private final SourceOffset sourceOffset;
    private volatile Mark committed;
    private volatile long newestMicros;

    private ChangeLog(Path directory, String origin, long maxBytes, DirectoryLock lock, LogStore store) {
        this.directory = directory;
        this.origin = origin;
        this.maxBytes = maxBytes;
        this.lock = lock;
        this.store = store;
        this.state = LogRecovery.recover(store, directory, origin);
        this.trimmer = new LogTrimmer(store, state.trimmed());
        this.acknowledgements = new Acknowledgements(store);
        this.committed = state.synced();
        this.pending = store.batch();
        this.open = new OpenTransaction(store, pending);
        this.seenAtEnd = new SeenAtEnd(store);
        this.sourceOffset = new SourceOffset(store);
        byte[] newest = store.get(Family.META, LogKeys.NEWEST);
        this.newestMicros = newest == null ? Long.MIN_VALUE : LogKeys.readMicros(newest);
    }

    public static ChangeLog open(Path directory, String origin) {
        return open(directory, origin, DEFAULT_MAX_BYTES);
    }

    /**
     * Opens the log in a directory, or makes it.
     *
     * @param origin   the region whose transactions it holds
     * @param maxBytes from where it calls itself {@link #full()}
     * @throws ChangeLogException when another node has it open, it belongs to another region, or its files are damaged
     */
    public static ChangeLog open(Path directory, String origin, long maxBytes) {
        DirectoryLock lock = DirectoryLock.take(directory);
        LogStore store = null;
        try {
            store = LogStore.open(directory.resolve("rocksdb"));
            return new ChangeLog(directory, origin, maxBytes, lock, store);
        } catch (RuntimeException e) {
            if (store != null) {
                store.close();
            }
            lock.close();
            throw e;
        }
    }

    /** The region whose transactions it holds. */
    public String origin() {
        return origin;
    }

    /** The life of the source's log that sequences count in; 0 before {@link #beginEpoch} and after {@link #clear}. */
    public int epoch() {
        return state.epoch();
    }

    /** The greatest epoch this log ever had, also after {@link #clear}: the next one must be greater. */
    public int highestEpoch() {
        return state.highestEpoch();
    }

    /** The last durable transaction; 0 when the epoch has none yet. */
    public long lastSequence() {
        return state.synced().sequence();
    }

    /** End of the last durable transaction in the source's log (LSN), or where the epoch began. */
    public long lastPosition() {
        return state.synced().position();
    }

    /** The oldest transaction not trimmed; one past {@link #lastSequence} when the log is empty. */
    public long firstSequence() {
        return state.trimmed().sequence() + 1;
    }

    /**
     * Begins a new life of the source's log: the next sequence is 1.
     *
     * @param startPosition where in the source's log it begins (LSN)
     * @throws ChangeLogException unless the log is empty and the epoch greater than any before
     */
    public void beginEpoch(int epoch, long startPosition) {
        beginEpoch(epoch, startPosition, null);
    }

    /** @param seen what the source had applied of other regions at the start position, exactly; null when that is not known */
    public void beginEpoch(int epoch, long startPosition, List<SeenMark> seen) {
        beginEpoch(epoch, startPosition, seen, "");
    }

    /** @param offset as {@link #sourceOffset(String)}, of the start position */
    public void beginEpoch(int epoch, long startPosition, List<SeenMark> seen, String offset) {
        stateLock.lock();
        try {
            if (state.epoch() != 0 && lastSequence() > 0) {
                throw new ChangeLogException("epoch " + epoch + " cannot begin in " + directory + ": epoch " + state.epoch()
                        + " still stands there; clear the change log first");
            }
            if (epoch <= state.highestEpoch()) {
                throw new ChangeLogException("epoch " + epoch + " cannot begin in " + directory + ": epochs up to "
                        + state.highestEpoch() + " were used already; use a greater one");
            }
            become(state.begun(epoch, startPosition), seen, offset);
        } finally {
            stateLock.unlock();
        }
    }

    /** Drops everything and ends the epoch; {@link #beginEpoch} begins the next. */
    public void clear() {
        stateLock.lock();
        try {
            become(state.cleared(), null, "");
        } finally {
            stateLock.unlock();
        }
    }

    private void become(LogState next, List<SeenMark> seen, String offset) {
        open.forget();
        pending.clear();
        pending.deleteRange(Family.ENTRIES, LogKeys.entry(0), LogKeys.END).deleteRange(Family.CHUNKS, LogKeys.entry(0), LogKeys.END)
                .put(Family.META, LogKeys.EPOCH, LogKeys.epochs(next))
                .put(Family.META, LogKeys.SYNCED, LogKeys.mark(next.synced()))
                .put(Family.META, LogKeys.TRIMMED, LogKeys.mark(next.trimmed()));
        seenAtEnd.put(pending, seen);
        sourceOffset.set(offset);
        sourceOffset.put(pending);
        store.write(pending, true);
        seenAtEnd.become(seen);
        sourceOffset.stand();
        committed = next.synced();
        trimmer.restart();
        state = next;
        stateChanged.signalAll();
    }

    /** What the source had applied of other regions at {@link #lastPosition}, exactly; null when that is not known. The writer's. */
    public List<SeenMark> seenAtEnd() {
        return seenAtEnd.synced();
    }

    /** What {@link #sourceOffset(String)} said of {@link #lastPosition}; empty when it was never called. The writer's. */
    public String sourceOffset() {
        return sourceOffset.stored();
    }

    /** Where to read on behind the transaction that was just committed, for a source that does not remember it. Stands with its sync. */
    public void sourceOffset(String offset) {
        sourceOffset.set(offset);
    }

    /** From here on transactions may be applied of which the writer does not learn. Everything committed must be synced. */
    public void forgetSeenAtEnd() {
        if (seenAtEnd.synced() != null) {
            seenAtEnd.put(pending, null);
            store.write(pending, true);
            seenAtEnd.become(null);
        }
    }

    /** Random, made once for the life of these files and known to nobody else. */
    public String secret() {
        byte[] secret = store.get(Family.META, LogKeys.SECRET);
        if (secret == null) {
            secret = LogKeys.text(UUID.randomUUID().toString());
            pending.put(Family.META, LogKeys.SECRET, secret);
            store.write(pending, true);
        }
        return new String(secret, StandardCharsets.UTF_8);
    }

    /** The sequence of the transaction being written or to be written next. */
    public long nextSequence() {
        return committed.sequence() + 1;
    }

    /**
     * Adds to the transaction being written.
     *
     * @param chunkNumber 0, 1, 2, ... within the transaction
     * @param chunk       made by {@link WireCodec#encodeChunk}; not copied, so the caller gives it away
     */
    public void appendChunk(int chunkNumber, byte[] chunk) {
        if (chunkNumber != open.chunks() || state.epoch() == 0) {
            throw new ChangeLogException("chunk " + chunkNumber + " of transaction " + nextSequence() + " of " + origin
                    + " is out of order: epoch " + state.epoch() + " has " + open.chunks() + " chunks of it");
        }
        open.append(nextSequence(), chunk);
    }

    /**
     * Puts another chunk in the place of one of the transaction being written.
     *
     * @param chunkNumber of a chunk that was appended
     */
    public void replaceChunk(int chunkNumber, byte[] chunk) {
        open.replace(nextSequence(), chunkNumber, openChunk(chunkNumber).length, chunk);
    }

    /**
     * Ends the transaction being written. It is durable and visible only after {@link #sync}.
     *
     * @throws ChangeLogException when the header is not that of the transaction being written
     */
    public void commit(TransactionHeader header) {
        requireNext(header);
        byte[] onlyChunk = open.end(header.sequence());
        var wire = WireCodec.encode(header);
        long totalBytes = committed.totalBytes() + open.bytes() + wire.getSerializedSize();
        pending.put(Family.ENTRIES, LogKeys.entry(header.sequence()), new LogEntry(wire, onlyChunk, totalBytes).encode());
        committed = new Mark(header.sequence(), header.sourcePosition(), totalBytes);
        newestMicros = Math.max(newestMicros, header.commitMicros());
        seenAtEnd.commit(header);
        open.forget();
        store.writeWhenLarge(pending);
    }

    private void requireNext(TransactionHeader header) {
        boolean next = header.origin().equals(origin) && header.epoch() == state.epoch()
                && header.sequence() == nextSequence() && header.chunks() == open.chunks()
                && Long.compareUnsigned(header.sourcePosition(), committed.position()) > 0;
        if (!next) {
            throw new ChangeLogException("the change log of " + origin + " expects transaction " + nextSequence() + " of epoch "
                    + state.epoch() + " with " + open.chunks() + " chunks, past position " + committed.position() + ", and got " + header);
        }
    }

    /** Forgets the chunks of the transaction being written. */
    public void discard() {
        open.discard(nextSequence());
    }

    /** Forgets everything after the last {@link #sync}: what a capture must do before it starts over from the database. */
    public void discardUnsynced() {
        open.forget();
        pending.clear();
        LogRecovery.deleteAfter(lastSequence(), pending);
        store.write(pending, false);
        committed = state.synced();
        seenAtEnd.discard();
        sourceOffset.discard();
    }

    /** Makes everything committed durable (an fsync of the disk), then visible to readers. */
    public void sync() {
        Mark mark = committed;
        if (mark.equals(state.synced())) {
            return;
        }
        sourceOffset.put(pending);
        pending.put(Family.META, LogKeys.SYNCED, LogKeys.mark(mark)).put(Family.META, LogKeys.NEWEST, LogKeys.micros(newestMicros));
        seenAtEnd.put(pending);
        store.write(pending, true);
        seenAtEnd.sync();
        sourceOffset.stand();
        stateLock.lock();
        try {
            state = state.withSynced(mark);
            stateChanged.signalAll();
        } finally {
            stateLock.unlock();
        }
    }

    /** A chunk of the transaction being written, as it was appended. */
    public byte[] openChunk(int chunkNumber) {
        byte[] chunk = open.chunk(nextSequence(), chunkNumber);
        if (chunk == null) {
            throw damaged(nextSequence(), "its chunk " + chunkNumber + " is missing");
        }
        return chunk;
    }

    /** The newest commit timestamp of all transactions the log ever held, microseconds; {@link Long#MIN_VALUE} when none. */
    public long newestMicros() {
        return newestMicros;
    }

    /** The header of a transaction; empty when it is trimmed or not there yet. */
    public Optional<TransactionHeader> header(long sequence) {
        return entry(sequence).map(entry -> WireCodec.decode(entry.header()));
    }

    /**
     * A transaction's record; empty when it is trimmed or not there yet.
     *
     * @throws ChangeLogException when it should be there and is not, or is damaged
     */
    public Optional<LogEntry> entry(long sequence) {
        if (!state.holds(sequence)) {
            return Optional.empty();
        }
        byte[] bytes = store.get(Family.ENTRIES, LogKeys.entry(sequence));
        if (!state.holds(sequence)) {
            return Optional.empty();
        }
        if (bytes == null) {
            throw damaged(sequence, "it is missing");
        }
        try {
            return Optional.of(LogEntry.decode(bytes));
        } catch (IllegalArgumentException e) {
            throw damaged(sequence, e.getMessage());
        }
    }

    /**
     * The bytes of one chunk of a transaction that the log holds.
     *
     * @throws ChangeLogException when the log does not hold it
     */
    public byte[] chunk(long sequence, int chunkNumber) {
        LogEntry entry = chunkNumber > 0 ? null : entry(sequence).orElse(null);
        if (entry != null && entry.onlyChunk() != null) {
            return entry.onlyChunk();
        }
        byte[] chunk = state.holds(sequence) ? store.get(Family.CHUNKS, LogKeys.chunk(sequence, chunkNumber)) : null;
        if (chunk == null) {
            throw damaged(sequence, "its chunk " + chunkNumber + " is missing");
        }
        return chunk;
    }

    private ChangeLogException damaged(long sequence, String what) {
        return new ChangeLogException("transaction " + sequence + " of epoch " + epoch() + " in the change log " + directory
                + " cannot be read: " + what + "; move the directory away and load the other regions again");
    }

    /**
     * Waits until there is something after a sequence. Returns early, with false, when the thread is interrupted (and leaves
     * it interrupted) or the epoch ends.
     */
    public boolean awaitBeyond(long sequence, Duration timeout) {
        long nanos = timeout.toNanos();
        int epoch = state.epoch();
        stateLock.lock();
        try {
            while (lastSequence() <= sequence && state.epoch() == epoch && nanos > 0 && !closed) {
                nanos = stateChanged.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stateLock.unlock();
        }
        return lastSequence() > sequence;
    }

    /**
     * Drops everything up to and including a sequence.
     *
     * @throws ChangeLogException when that is not durable yet
     */
    public void trimTo(long sequence) {
        stateLock.lock();
        try {
            if (sequence > lastSequence()) {
                throw new ChangeLogException("the change log of " + origin + " cannot be trimmed to " + sequence
                        + ": it ends at " + lastSequence());
            }
            if (sequence > state.trimmed().sequence()) {
                LogEntry last = entry(sequence).orElseThrow();
                Mark mark = new Mark(sequence, last.header().getSourcePosition(), last.totalBytes());
                trimmer.trim(mark);
                state = state.withTrimmed(mark);
                Step.TRIMMED.reached();
            }
        } finally {
            stateLock.unlock();
        }
    }

    /**
     * Keeps that a region has everything up to a sequence, durably in its own database. An acknowledgement of another epoch
     * says nothing about this one and is not kept, neither is one that goes back.
     *
     * @throws ChangeLogException when the log never had that sequence
     */
    public void acknowledge(String region, int epoch, long sequence) {
        stateLock.lock();
        try {
            if (epoch == state.epoch() && sequence > lastSequence()) {
                throw new ChangeLogException("region " + region + " acknowledged transaction " + sequence + " of " + origin
                        + ", and the change log ends at " + lastSequence());
            }
            if (epoch == state.epoch()) {
                acknowledgements.keep(region, epoch, sequence);
            }
        } finally {
            stateLock.unlock();
        }
    }

    /** The last transaction of this epoch that a region acknowledged; 0 when none. */
    public long acknowledged(String region) {
        stateLock.lock();
        try {
            return acknowledgements.of(region, state.epoch());
        } finally {
            stateLock.unlock();
        }
    }

    /**
     * Takes back what a region acknowledged beyond a sequence: its database was restored, so what follows must not be trimmed
     * under it once more.
     */
    public void withdrawAcknowledged(String region, long sequence) {
        stateLock.lock();
        try {
            acknowledgements.withdraw(region, state.epoch(), sequence);
        } finally {
            stateLock.unlock();
        }
    }

    /** Drops what all these regions acknowledged. With no regions it drops nothing. */
    public void trimToAcknowledged(Collection<String> regions) {
        stateLock.lock();
        try {
            trimTo(regions.stream().mapToLong(this::acknowledged).min().orElse(0));
        } finally {
            stateLock.unlock();
        }
    }

    /** Bytes of all transactions not trimmed, also of the one being written, before compression on disk. */
    public long sizeBytes() {
        return committed.totalBytes() + open.bytes() - state.trimmed().totalBytes();
    }

    /** Whether the capture should pause until regions acknowledge more. Never while nothing is there that could be trimmed. */
    public boolean full() {
        return sizeBytes() >= maxBytes && lastSequence() >= firstSequence();
    }

    @Override
    public void close() {
        stateLock.lock();
        try {
            closed = true;
            stateChanged.signalAll();
        } finally {
            stateLock.unlock();
        }
        store.close();
        pending.close();
        lock.close();
    }
}
