package io.rowmesh.agent.log;

import io.rowmesh.agent.log.LogStore.Family;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** How far each region has acknowledged. Not for many threads. A crash may take the last ones back, which does no harm. */
final class Acknowledgements {

    private record Acknowledged(int epoch, long sequence) {
    }

    private final LogStore store;
    private final Map<String, Acknowledged> byRegion = new HashMap<>();

    Acknowledgements(LogStore store) {
        this.store = store;
    }

    long of(String region, int epoch) {
        Acknowledged last = byRegion.computeIfAbsent(region, this::read);
        return last.epoch == epoch ? last.sequence : 0;
    }

    void keep(String region, int epoch, long sequence) {
        if (sequence > of(region, epoch)) {
            write(region, epoch, sequence);
        }
    }

    void withdraw(String region, int epoch, long sequence) {
        if (sequence < of(region, epoch)) {
            write(region, epoch, sequence);
        }
    }

    private void write(String region, int epoch, long sequence) {
        try (LogStore.Batch batch = store.batch()) {
            batch.put(Family.META, LogKeys.acknowledged(region), LogKeys.acknowledgement(epoch, sequence));
            store.write(batch, false);
        }
        byRegion.put(region, new Acknowledged(epoch, sequence));
    }

    private Acknowledged read(String region) {
        byte[] value = store.get(Family.META, LogKeys.acknowledged(region));
        if (value == null) {
            return new Acknowledged(0, 0);
        }
        ByteBuffer in = ByteBuffer.wrap(value);
        return new Acknowledged(in.getInt(), in.getLong());
    }
}
