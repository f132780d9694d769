package io.rowmesh.agent.capture;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import java.util.concurrent.atomic.AtomicLong;

/** What the capture counts; read by its status and by the metrics. */
final class CaptureMetrics {

    private final AtomicLong transactions = new AtomicLong();
    private final AtomicLong lastCommitMicros = new AtomicLong();
    private final Counter capturedTransactions;
    private final Counter capturedRows;
    private final Counter duplicates;
    private final Counter starts;

    CaptureMetrics(MeterRegistry registry) {
        capturedTransactions = Counter.builder("rowmesh.capture.transactions")
                .description("transactions of the local log that are durable in the change log").register(registry);
        capturedRows = Counter.builder("rowmesh.capture.rows").description("row changes in them").register(registry);
        duplicates = Counter.builder("rowmesh.capture.duplicates")
                .description("transactions delivered again and dropped").register(registry);
        starts = Counter.builder("rowmesh.capture.starts").description("times the capture started or started over").register(registry);
        registry.gauge("rowmesh.capture.last.commit.seconds", lastCommitMicros, micros -> micros.get() / 1e6);
    }

    void captured(long rows, long commitMicros) {
        transactions.incrementAndGet();
        lastCommitMicros.set(commitMicros);
        capturedTransactions.increment();
        capturedRows.increment(rows);
    }

    void duplicate() {
        duplicates.increment();
    }

    void started() {
        starts.increment();
    }

    long transactions() {
        return transactions.get();
    }

    long lastCommitMicros() {
        return lastCommitMicros.get();
    }
}
