package io.rowmesh.agent.log;

import io.rowmesh.agent.log.LogStore.Family;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What happens to the files of a change log before it is used: whose they are, what a crash left half done. */
final class LogRecovery {

    private LogRecovery() {
    }

    /** @throws ChangeLogException when the log is another region's, or a transaction at either end is missing */
    static LogState recover(LogStore store, Path directory, String origin) {
        byte[] owner = store.get(Family.META, LogKeys.OWNER);
        if (owner == null) {
            return create(store, origin);
        }
        requireOwner(directory, new String(owner, StandardCharsets.UTF_8), origin);
        LogState state = readState(store);
        requireEnds(store, directory, state);
        try (LogStore.Batch batch = store.batch()) {
            deleteAfter(state.synced().sequence(), batch);
            store.write(batch, true);
        }
        return state;
    }

    private static LogState create(LogStore store, String origin) {
        try (LogStore.Batch batch = store.batch()) {
            batch.put(Family.META, LogKeys.OWNER, LogKeys.text(origin))
                    .put(Family.META, LogKeys.EPOCH, LogKeys.epochs(LogState.NEW))
                    .put(Family.META, LogKeys.SYNCED, LogKeys.mark(LogState.NEW.synced()))
                    .put(Family.META, LogKeys.TRIMMED, LogKeys.mark(LogState.NEW.trimmed()));
            store.write(batch, true);
        }
        return LogState.NEW;
    }

    private static LogState readState(LogStore store) {
        return LogKeys.readState(store.get(Family.META, LogKeys.EPOCH), store.get(Family.META, LogKeys.SYNCED),
                store.get(Family.META, LogKeys.TRIMMED));
    }

    private static void requireOwner(Path directory, String owner, String origin) {
        if (!owner.equals(origin)) {
            throw new ChangeLogException("the change log in " + directory + " holds the transactions of region " + owner
                    + ", not of " + origin + "; give each region its own data-dir");
        }
    }

    /** A log that lost files is noticed here rather than when a region asks for them, perhaps days later. */
    private static void requireEnds(LogStore store, Path directory, LogState state) {
        long first = state.trimmed().sequence() + 1;
        long last = state.synced().sequence();
        if (first <= last) {
            requireEntry(store, directory, first);
            requireEntry(store, directory, last);
        }
    }

    private static void requireEntry(LogStore store, Path directory, long sequence) {
        if (store.get(Family.ENTRIES, LogKeys.entry(sequence)) == null) {
            throw new ChangeLogException("the change log in " + directory + " lacks transaction " + sequence
                    + ", so its files are damaged; move the directory away and load the other regions again");
        }
    }

    /** Transactions that were never synced, and chunks of one that never got its header. */
    static void deleteAfter(long sequence, LogStore.Batch batch) {
        byte[] from = LogKeys.entry(sequence + 1);
        batch.deleteRange(Family.ENTRIES, from, LogKeys.END).deleteRange(Family.CHUNKS, from, LogKeys.END);
    }
}
