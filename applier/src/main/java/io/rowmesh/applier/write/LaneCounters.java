package io.rowmesh.applier.write;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What a lane has done, as meters; counted only once committed. */
final class LaneCounters {

    final Counter transactions;
    final Counter heartbeats;
    final Counter rows;
    final Counter skipped;
    final Counter parked;
    private final Map<ConflictType, Counter> conflicts = new EnumMap<>(ConflictType.class);
    private final Timer commitToCommit;

    LaneCounters(MeterRegistry registry, String origin, CausalGate gate) {
        transactions = registry.counter("rowmesh.applied.transactions", "origin", origin);
        heartbeats = registry.counter("rowmesh.applied.heartbeats", "origin", origin);
        rows = registry.counter("rowmesh.applied.rows", "origin", origin);
        skipped = registry.counter("rowmesh.skipped.rows", "origin", origin);
        parked = registry.counter("rowmesh.parked.rows", "origin", origin);
        for (ConflictType type : ConflictType.values()) {
            conflicts.put(type, registry.counter("rowmesh.conflicts", "origin", origin, "type", type.label()));
        }
        Gauge.builder("rowmesh.held.seconds", gate, g -> g.heldNanos() / 1e9).tag("origin", origin)
                .description("for how long the next transaction has been waiting for another region's, which it had seen").register(registry);
        commitToCommit = Timer.builder("rowmesh.commit.to.commit").tag("origin", origin)
                .description("from the commit at the source to the commit here")
                .serviceLevelObjectives(millis(1), millis(2), millis(5), millis(10), millis(20), millis(50), millis(100),
                        millis(200), millis(500), millis(1_000), millis(5_000), millis(30_000))
                .register(registry);
    }

    void committed(TransactionHeader header, Outcome outcome, long nowMicros) {
        if (header.heartbeat()) {
            heartbeats.increment();
        } else {
            transactions.increment();
            rows.increment(outcome.applied);
            skipped.increment(outcome.skipped);
            // Heartbeats are left out: one written before the slot was made is no missing row to anybody.
            outcome.conflicts.forEach((type, count) -> conflicts.get(type).increment(count));
        }
        parked.increment(outcome.parked);
        if (header.commitMicros() != Version.NONE_MICROS) {
            commitToCommit.record(Duration.ofNanos(Math.max(0, nowMicros - header.commitMicros()) * 1_000));
        }
    }

    /** Parked changes that were applied again. */
    void retried(Outcome outcome) {
        rows.increment(outcome.applied);
        skipped.increment(outcome.skipped);
        outcome.conflicts.forEach((type, count) -> conflicts.get(type).increment(count));
    }

    Map<String, Long> conflicts() {
        Map<String, Long> counts = new TreeMap<>();
        conflicts.forEach((type, counter) -> {
            if (counter.count() > 0) {
                counts.put(type.label(), (long) counter.count());
            }
        });
        return counts;
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }
}
