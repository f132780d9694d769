package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.util.ArrayList;
import java.util.List;

/** A node's change log: what it appended, how much of that is durable, and how much is trimmed. Its disk survives crashes. */
final class ShippedLog {

    record Entry(TransactionHeader header, List<RowChange> changes) {

        private Entry numbered(long sequence) {
            return new Entry(new TransactionHeader(header.origin(), header.epoch(), sequence, header.commitMicros(),
                    header.sourcePosition(), header.rows(), header.chunks(), header.seen(), header.heartbeat(),
                    header.exactSeen(), header.causal()), changes);
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private int synced;
    private int trimmed;

    /** The newest timestamp it ever held. */
    long newestMicros() {
        return entries.stream().limit(synced).mapToLong(entry -> entry.header().commitMicros()).max().orElse(Long.MIN_VALUE);
    }

    /** The last durable sequence whose timestamp is not above this one; 0 when there is none. */
    long newestUpTo(long micros) {
        for (int i = synced; i > 0; i--) {
            if (entries.get(i - 1).header().commitMicros() <= micros) {
                return i;
            }
        }
        return 0;
    }

    long nextSequence() {
        return entries.size() + 1;
    }

    void append(Entry entry) {
        if (entry.header().sequence() != nextSequence()) {
            throw new Broken("the change log has a gap before " + entry.header().sequence());
        }
        entries.add(entry);
    }

    /** The last entry goes before all that is not yet durable, and is durable at once. */
    void overtake() {
        Entry last = entries.remove(entries.size() - 1);
        List<Entry> waiting = new ArrayList<>(entries.subList(synced, entries.size()));
        entries.subList(synced, entries.size()).clear();
        append(last.numbered(nextSequence()));
        synced++;
        waiting.forEach(entry -> append(entry.numbered(nextSequence())));
    }

    void sync() {
        synced = entries.size();
    }

    void discardUnsynced() {
        while (entries.size() > synced) {
            entries.remove(entries.size() - 1);
        }
    }

    long appended() {
        return entries.size();
    }

    long synced() {
        return synced;
    }

    /** The last durable entry, or null. */
    Entry last() {
        return synced == 0 ? null : entries.get(synced - 1);
    }

    /** Also one that is trimmed. */
    Entry entry(long sequence) {
        return entries.get((int) sequence - 1);
    }

    boolean has(long sequence) {
        return sequence > trimmed;
    }

    Entry get(long sequence) {
        if (sequence <= trimmed) {
            throw new Broken("transaction " + sequence + " was trimmed before a region had it");
        }
        return entries.get((int) sequence - 1);
    }

    void trim(long upTo) {
        trimmed = (int) Math.max(trimmed, upTo);
    }

    void untrim() {
        trimmed = 0;
    }
}
