package io.rowmesh.applier.touch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.rules.credible.LocalTransaction;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.rules.credible.PendingKeys;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Judges each captured local transaction at its end (convergence rule 6) and keeps the keys of those that are not shipped,
 * durably before the log may move past them. Used by the capture's thread alone, in the order of the log. A transaction that
 * is credible costs no question to the database.
 */
public final class Withholding {

    private static final Logger LOG = LoggerFactory.getLogger(Withholding.class);

    private final TouchDatabase database;
    private final LogVersions versions;
    private final Clocks clocks;
    private final TouchesUnderWay underWay;
    private final String secret;
    private final Predicate<TableId> untouched;
    private final Predicate<TableId> counting;
    private final Counter withheldTransactions;
    private final Counter settledKeys;

    private PendingKeys pending = new PendingKeys();
    /** Settled by a touch or a later write that is not yet known to be durable in the change log. */
    private final Set<WrittenKey> settled = new LinkedHashSet<>();
    private volatile int standing;

    // The open transaction.
    private LocalTransaction open;
    private final Set<WrittenKey> captured = new LinkedHashSet<>();
    private long micros;
    private long xid;
    private long position;

    /**
     * @param secret    of the node, in each of its touches
     * @param untouched tables whose withheld rows need no touch, as the next write of the same row follows anyway: heartbeats
     * @param counting  tables with counters: what a withheld transaction added to them is shipped all the same
     */
    Withholding(TouchDatabase database, LogVersions versions, Clocks clocks, TouchesUnderWay underWay, String secret,
                Predicate<TableId> untouched, Predicate<TableId> counting, MeterRegistry registry) {
        this.database = database;
        this.versions = versions;
        this.clocks = clocks;
        this.underWay = underWay;
        this.secret = secret;
        this.untouched = untouched;
        this.counting = counting;
        this.withheldTransactions = Counter.builder("rowmesh.withheld.transactions")
                .description("local transactions that were not shipped, as their timestamps were not credible").register(registry);
        this.settledKeys = Counter.builder("rowmesh.settled.keys").description("keys shipped by a touch or a later write instead").register(registry);
        Gauge.builder("rowmesh.pending.keys", this, Withholding::standing).description("keys that wait for one").register(registry);
    }

    /** The capture starts, or starts over from what is durable. */
    public void restart() throws SQLException {
        PendingKeys loaded = new PendingKeys();
        database.pending(key -> loaded.withheld(key.key(), key.position(), key.onlyByTouch()));
        versions.restarted();
        pending = loaded;
        settled.clear();
        standing = loaded.size();
        open = null;
    }

    /**
     * @param commitMicros commit timestamp, microseconds
     * @param number       the transaction's number in the local database, 32 bits
     */
    public void begin(long commitMicros, long number) {
        open = new LocalTransaction(versions, pending, commitMicros);
        captured.clear();
        micros = commitMicros;
        xid = number;
    }

    /** A logical message in the transaction; answers with the delete that it stands for, if it does. */
    public Optional<RowChange> message(String prefix, String content) throws SQLException {
        Optional<TouchMessage> touch = prefix.equals(TouchMessage.PREFIX) ? TouchMessage.parse(content, secret) : Optional.empty();
        if (touch.isEmpty()) {
            return Optional.empty();
        }
        TouchMessage message = touch.get();
        // A counter's delete was shipped as it was, under its own sequence; another one would take what counts since.
        if (!message.gone() || counting.test(message.key().table())) {
            open.touches(message.key());
            captured.add(message.key());
            return Optional.empty();
        }
        if (!pending.mayDelete(message.key(), message.after())) {
            open.isVoid(message.key());
            return Optional.empty();
        }
        return database.deleteOf(message.key());
    }

    /**
     * Whether the change must say all of its row, as what other regions have of it is not what it was made from: an earlier write
     * of the key was not shipped.
     */
    public boolean saysAll(RowChange change) {
        return !pending.isEmpty() && pending.holds(WrittenKey.of(change));
    }

    public void wrote(List<RowChange> changes) {
        for (RowChange change : changes) {
            open.wrote(WrittenKey.of(change));
        }
    }

    /**
     * The transaction ends: is it shipped as it is? If not, {@link #withhold} follows with all its rows, then {@link #withheld}.
     *
     * @param endPosition of its commit in the local log (LSN)
     */
    public boolean ships(long endPosition) {
        position = endPosition;
        boolean ships = open.judge(endPosition, clocks.latestCredible(versions)) == LocalTransaction.Verdict.SHIP;
        if (!captured.isEmpty()) {
            underWay.ended(captured);
        }
        if (ships && !open.settled().isEmpty()) {
            settled.addAll(open.settled());
            settledKeys.increment(open.settled().size());
            standing = pending.size();
        }
        return ships;
    }

    /** Some rows of a transaction that is not shipped: their keys are pending, and durably so when this returns. */
    public void withhold(List<RowChange> changes) throws SQLException {
        Set<WrittenKey> keys = new LinkedHashSet<>();
        for (RowChange change : changes) {
            if (!untouched.test(change.table().id())) {
                keys.add(WrittenKey.of(change));
            }
        }
        if (keys.isEmpty()) {
            return;
        }
        Set<WrittenKey> onlyByTouch = database.withhold(keys, position, xid, micros);
        keys.forEach(key -> pending.withheld(key, position, onlyByTouch.contains(key)));
        settled.removeAll(keys);
        if (standing == 0) {
            LOG.warn("a local transaction of {} is not shipped as it is: its timestamp is not credible; its keys are"
                    + " touched once the clock is right", java.time.Instant.EPOCH.plus(micros, java.time.temporal.ChronoUnit.MICROS));
        }
        standing = pending.size();
    }

    /** The end of a transaction that is not shipped. */
    public void withheld() {
        withheldTransactions.increment();
    }

    /**
     * What was shipped is durable in the change log: keys settled by it need no touch any more.
     *
     * @return whether there were any
     */
    public boolean synced() throws SQLException {
        versions.durable();
        if (settled.isEmpty()) {
            return false;
        }
        database.settle(settled);
        settled.clear();
        return true;
    }

    /** How many keys wait to be touched. */
    public int standing() {
        return standing;
    }
}
