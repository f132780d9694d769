package io.rowmesh.applier.history;

import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

/**
 * One conflict and what was decided.
 *
 * @param type     null for what was settled or retried without having been a conflict of two changes
 * @param key      the canonical key; {@code *} for a truncate
 * @param rule     the rule that decided, as the configuration names it
 * @param stored   what the incoming change met; null when it met nothing that is known
 * @param incoming null when no incoming change takes part
 * @param parkedId the entry of {@code rowmesh.parked} that it tells of, or null
 * @param note     a sentence for people, or null
 */
public record ConflictRecord(ConflictType type, TableId table, String key, String rule, Decision decision, Side stored,
                             Incoming incoming, Long parkedId, String note) {

    /**
     * A row or a delete that stood here.
     *
     * @param row     null for a delete, and when it is not known
     * @param version null when the database does not know it any more
     */
    public record Side(NamedRow row, Version version) {
    }

    /** @param row null for a truncate, and for a delete that only its tombstone tells of; of other deletes at least the key */
    public record Incoming(NamedRow row, Version version, int epoch, long sequence) {

        public static Incoming of(NamedRow row, TransactionHeader header) {
            return new Incoming(row, header.version(), header.epoch(), header.sequence());
        }
    }

    public static ConflictRecord of(ConflictType type, TableId table, String key, String rule, Decision decision, Side stored,
                                    Incoming incoming) {
        return new ConflictRecord(type, table, key, rule, decision, stored, incoming, null, null);
    }

    /** Rough size in memory and in the history, in bytes. */
    int estimatedBytes() {
        return 200 + key.length() + (stored == null || stored.row() == null ? 0 : stored.row().estimatedBytes())
                + (incoming == null || incoming.row() == null ? 0 : incoming.row().estimatedBytes());
    }
}
