package io.rowmesh.agent.capture;

import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.WireCodec;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Puts the rows between a BEGIN and its END into the change log as one transaction, in chunks, so that one of any size needs
 * little memory. The log is proper only at a whole transaction; whatever breaks off before is discarded and delivered again.
 */
final class TransactionAssembly {

    private static final int CHUNK_BYTES = 256 << 10;
    private static final int CHUNK_ROWS = 2_000;

    private final String region;
    private final ChangeLog log;
    private final LocalWrites localWrites;
    private final LocalJudge judge;
    private final AppliedTransactions applied;
    private final Predicate<TableId> deciding;
    private final Predicate<TableId> counting;
    private final Completion completion;
    private final CaptureMetrics metrics;

    // The open transaction.
    private String openId;
    private TransactionSoFar open;
    private List<RowChange> pending = new ArrayList<>();
    private int pendingBytes;
    private List<RowChange> chunk = new ArrayList<>();
    private long chunkBytes;
    /** The only chunk so far; null when there are more or none. */
    private List<RowChange> onlyChunk;
    private int chunks;
    private long rows;
    private long events;
    private boolean onlyHeartbeat;
    /** Whether the node says that it states rows anew. */
    private boolean restated;
    private boolean causal;
    /** Whether it wrote a table with counters. */
    private boolean counts;

    /** End (LSN) of the last transaction that is in the log, synced or not. */
    private long lastPosition;

    /** Hands on changes in their order with the values that the log did not carry, without those that need none any more. */
    interface Completion {

        /** Where the log carries every value. */
        Completion NONE = (changes, xid, completed) -> changes.forEach(completed);

        /** @param xid the transaction's number in the database */
        void complete(List<RowChange> changes, long xid, Consumer<RowChange> completed);
    }

    TransactionAssembly(String region, ChangeLog log, LocalWrites localWrites, AppliedTransactions applied,
                        Predicate<TableId> deciding, Predicate<TableId> counting, Completion completion, CaptureMetrics metrics) {
        this.region = region;
        this.log = log;
        this.localWrites = localWrites;
        this.judge = localWrites.judge();
        this.applied = applied;
        this.deciding = deciding;
        this.counting = counting;
        this.completion = completion;
        this.metrics = metrics;
        this.lastPosition = log.lastPosition();
    }

    boolean isOpen() {
        return openId != null;
    }

    /** A BEGIN while a transaction is open is the same or another one delivered from its start: what came so far is void. */
    void begin(String id) {
        reset();
        applied.begin();
        openId = id;
    }

    /** Something in the transaction that is no row change of a captured table, such as a logical message. */
    void other() {
        events++;
    }

    void row(RowChange change, long commitMicros, long xid) {
        requireOpen();
        events++;
        open(commitMicros, xid);
        take(change instanceof RowChange.Update update && !deciding.test(change.table().id()) && saysAll(update) ? update.whole() : change);
    }

    /** A row that the node states anew, by an update that changes nothing, or of which earlier writes were not shipped. */
    private boolean saysAll(RowChange.Update update) {
        return restated && update.after().equals(update.before()) || judge.saysAll(update);
    }

    /** A logical message of rowmesh's own, counted already as something {@link #other}. */
    void message(String prefix, String content, long commitMicros, long xid) {
        open(commitMicros, xid);
        restated = true;
        judge.message(prefix, content).ifPresent(this::take);
    }

    private void open(long commitMicros, long xid) {
        if (open == null) {
            open = new TransactionSoFar(new Version(commitMicros, region), log.epoch(), log.nextSequence(), xid, applied.seen());
            judge.begin(open);
        }
    }

    private void take(RowChange change) {
        noteDeciding(change.table().id());
        counts |= counting.test(change.table().id());
        pending.add(change);
        pendingBytes += change.estimatedBytes();
        if (pendingBytes >= CHUNK_BYTES || pending.size() >= CHUNK_ROWS) {
            flush();
        }
    }

    /** What a rule decides by must be exact, so without that knowledge the transaction cannot be shipped at all. */
    private void noteDeciding(TableId table) {
        if (causal || !deciding.test(table)) {
            return;
        }
        causal = true;
        if (!applied.exact()) {
            throw new CaptureException("a transaction wrote table " + table + ", whose rule decides by what was seen, at a place of the log"
                    + " where it is not known exactly what had been applied here: keep from writing to such a table until every node runs"
                    + " with its rule; now run `rowmesh new-epoch`, then load the other regions from this one again");
        }
    }

    /** Completed, the pending changes may be many times as large, and then fill many chunks. */
    private void flush() {
        List<RowChange> incomplete = pending;
        pending = new ArrayList<>();
        pendingBytes = 0;
        completion.complete(incomplete, open.xid(), this::add);
        writeChunk();
    }

    private void add(RowChange change) {
        chunk.add(change);
        chunkBytes += change.estimatedBytes();
        if (chunkBytes >= CHUNK_BYTES) {
            writeChunk();
        }
    }

    private void writeChunk() {
        if (chunk.isEmpty()) {
            return;
        }
        List<RowChange> changes = chunk;
        chunk = new ArrayList<>();
        chunkBytes = 0;
        onlyHeartbeat &= changes.stream().allMatch(c -> c.table().id().equals(CaptureOptions.HEARTBEAT));
        rows += changes.size();
        judge.wrote(changes);
        onlyChunk = chunks == 0 ? changes : null;
        log.appendChunk(chunks++, WireCodec.encodeChunk(changes));
    }

    /** Once more, as what is to be done with them depends on the end of the transaction. */
    private void eachChunk(Consumer<List<RowChange>> taker) {
        if (onlyChunk != null) {
            taker.accept(onlyChunk);
            return;
        }
        for (int number = 0; number < chunks; number++) {
            taker.accept(WireCodec.decodeChunk(log.openChunk(number)));
        }
    }

    /** What became of a transaction at its END. */
    enum Outcome {
        APPENDED, DUPLICATE, EMPTY, WITHHELD;

        /** Whether the change log holds its position. */
        boolean inLog() {
            return this == APPENDED || this == DUPLICATE;
        }
    }

    /**
     * @param endPosition end of the commit in the database's log (LSN)
     * @param eventCount  how many changes the decoder says the transaction had
     */
    Outcome end(String id, long endPosition, long eventCount) {
        requireOpen();
        requireWhole(id, eventCount);
        Outcome outcome = end(endPosition);
        applied.end();
        return outcome;
    }

    private Outcome end(long endPosition) {
        if (Long.compareUnsigned(endPosition, lastPosition) <= 0) {
            reset();
            metrics.duplicate();
            return Outcome.DUPLICATE;
        }
        if (!pending.isEmpty()) {
            flush();
        }
        boolean ships = open == null || judge.ships(endPosition);
        if (rows == 0) {
            reset();
            return Outcome.EMPTY;
        }
        Step.CAPTURED.reached();
        if (!ships) {
            eachChunk(judge::withhold);
            judge.withheld();
            if (!counts) {
                reset();
                return Outcome.WITHHELD;
            }
            keepWithoutVersion();
        }
        TransactionSoFar shipped = open;
        eachChunk(changes -> localWrites.onRows().accept(shipped, changes));
        commit(endPosition);
        return Outcome.APPENDED;
    }

    /**
     * What counts in a transaction that is not credible is shipped at once, as what it adds is right whatever the clock says: below
     * every version, so that it decides no other column (convergence rule 10). Those its touch restates.
     */
    private void keepWithoutVersion() {
        rows = 0;
        onlyChunk = null;
        for (int number = 0; number < chunks; number++) {
            List<RowChange> kept = WireCodec.decodeChunk(log.openChunk(number)).stream()
                    .filter(change -> counting.test(change.table().id())).toList();
            rows += kept.size();
            log.replaceChunk(number, WireCodec.encodeChunk(kept));
        }
        open = new TransactionSoFar(new Version(Version.NONE_MICROS, region), open.epoch(), open.sequence(), open.xid(), open.seen());
    }

    private void commit(long endPosition) {
        long commitMicros = open.version().commitMicros();
        log.commit(new TransactionHeader(region, open.epoch(), open.sequence(), commitMicros, endPosition, rows, chunks,
                applied.seenAt(endPosition), onlyHeartbeat, applied.exact(), causal));
        Step.APPENDED.reached();
        lastPosition = endPosition;
        metrics.captured(rows, commitMicros);
        chunks = 0;
        reset();
    }

    private void requireOpen() {
        if (openId == null) {
            throw new CaptureException("a row change or END came outside of a transaction");
        }
    }

    private void requireWhole(String id, long eventCount) {
        if (!openId.equals(id)) {
            throw new CaptureException("transaction " + openId + " ended as " + id);
        }
        if (events != eventCount) {
            throw new CaptureException("transaction " + id + " has " + eventCount + " changes, of which " + events + " arrived");
        }
    }

    private void reset() {
        if (chunks > 0) {
            log.discard();
        }
        openId = null;
        open = null;
        pending = new ArrayList<>();
        pendingBytes = 0;
        chunk = new ArrayList<>();
        chunkBytes = 0;
        onlyChunk = null;
        chunks = 0;
        rows = 0;
        events = 0;
        onlyHeartbeat = true;
        restated = false;
        causal = false;
        counts = false;
    }
}
