package io.rowmesh.agent.log;

import io.rowmesh.agent.log.LogState.Mark;
import io.rowmesh.agent.log.LogStore.Family;

/**
 * Gives space back in steps. What is gone is decided by the mark alone; deleting ranges one by one, at each acknowledgement,
 * would slow down every read that has to look at them all.
 */
final class LogTrimmer {

    private static final long STEP_BYTES = 8L << 20;
    private static final long STEP_TRANSACTIONS = 10_000;

    private final LogStore store;
    private Mark deleted;

    LogTrimmer(LogStore store, Mark trimmed) {
        this.store = store;
        this.deleted = trimmed;
    }

    /** Keeps the mark; deletes what lies before it when that is worth it. */
    void trim(Mark mark) {
        boolean step = mark.totalBytes() - deleted.totalBytes() >= STEP_BYTES
                || mark.sequence() - deleted.sequence() >= STEP_TRANSACTIONS;
        try (LogStore.Batch batch = store.batch()) {
            batch.put(Family.META, LogKeys.TRIMMED, LogKeys.mark(mark));
            if (step) {
                byte[] end = LogKeys.entry(mark.sequence() + 1);
                batch.deleteRange(Family.ENTRIES, LogKeys.entry(0), end).deleteRange(Family.CHUNKS, LogKeys.entry(0), end);
            }
            // Files go at once and for good, so the mark must be on the disk before them.
            store.write(batch, step);
        }
        if (step) {
            store.dropFilesBelow(mark.sequence() + 1);
            deleted = mark;
        }
    }

    /** After the log was cleared. */
    void restart() {
        deleted = Mark.start(0);
    }
}
