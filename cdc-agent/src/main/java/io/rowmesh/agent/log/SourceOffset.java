package io.rowmesh.agent.log;

import io.rowmesh.agent.log.LogStore.Family;

import java.nio.charset.StandardCharsets;

/** Where a capture reads on that the source does not remember itself; stands beside the end of the log. Of the writer. */
final class SourceOffset {

    private String set;
    private String stored;

    SourceOffset(LogStore store) {
        byte[] value = store.get(Family.META, LogKeys.SOURCE_OFFSET);
        stored = value == null ? "" : new String(value, StandardCharsets.UTF_8);
        set = stored;
    }

    /** Empty when there is none. */
    String stored() {
        return stored;
    }

    void set(String offset) {
        set = offset;
    }

    /** Into the write that moves the end of the log; then {@link #stand}. */
    void put(LogStore.Batch batch) {
        batch.put(Family.META, LogKeys.SOURCE_OFFSET, LogKeys.text(set));
    }

    void stand() {
        stored = set;
    }

    /** Forgets what was set after the last sync. */
    void discard() {
        set = stored;
    }
}
