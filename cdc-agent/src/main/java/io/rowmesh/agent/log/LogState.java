package io.rowmesh.agent.log;

/**
 * What readers may see, all at one moment.
 *
 * @param epoch        the life of the source's log; 0: never begun
 * @param highestEpoch the greatest epoch that ever was, kept when the log is cleared: none comes twice
 * @param synced       the end of what is durable
 * @param trimmed      the end of what is gone
 */
record LogState(int epoch, int highestEpoch, Mark synced, Mark trimmed) {

    static final LogState NEW = new LogState(0, 0, Mark.start(0), Mark.start(0));

    /**
     * A place between two transactions.
     *
     * @param sequence   of the transaction before it, 0 at the beginning of an epoch
     * @param position   end of that transaction in the source's log (LSN)
     * @param totalBytes bytes of all transactions of the epoch up to it
     */
    record Mark(long sequence, long position, long totalBytes) {
        static Mark start(long position) {
            return new Mark(0, position, 0);
        }
    }

    boolean holds(long sequence) {
        return sequence > trimmed.sequence() && sequence <= synced.sequence();
    }

    LogState cleared() {
        return new LogState(0, highestEpoch, Mark.start(0), Mark.start(0));
    }

    LogState begun(int newEpoch, long startPosition) {
        return new LogState(newEpoch, newEpoch, Mark.start(startPosition), Mark.start(startPosition));
    }

    LogState withSynced(Mark mark) {
        return new LogState(epoch, highestEpoch, mark, trimmed);
    }

    LogState withTrimmed(Mark mark) {
        return new LogState(epoch, highestEpoch, synced, mark);
    }
}
