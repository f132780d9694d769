package io.rowmesh.agent.ship;

import io.grpc.Status;
import io.grpc.StatusException;

/**
 * Where in the change log a stream begins.
 *
 * @param epoch the change log's epoch
 * @param after the stream begins with the transaction after this one
 */
record StartPosition(int epoch, long after) {

    /** What the change log holds: transactions first to last of an epoch (first = last + 1 when none). */
    record Holding(String origin, int epoch, long first, long last) {
    }

    /**
     * Decides it.
     *
     * @param epoch what the subscriber has counts in this epoch; 0 when it has nothing
     * @param after the last transaction it has applied
     * @throws StatusException when no stream from here could be without a gap; its description is for people
     */
    static StartPosition decide(int epoch, long after, Holding log) throws StatusException {
        if (log.epoch() == 0) {
            throw refuse(Status.UNAVAILABLE, log.origin() + " has not begun to capture yet; try again soon");
        }
        if (epoch > log.epoch()) {
            throw refuse(Status.FAILED_PRECONDITION, "the subscriber has applied epoch " + epoch + " of " + log.origin()
                    + ", whose log is in epoch " + log.epoch() + ": the log went back; the subscriber needs to be loaded again");
        }
        long start = epoch == log.epoch() ? after : 0;
        if (start > log.last()) {
            throw refuse(Status.FAILED_PRECONDITION, "the subscriber has applied transaction " + start + " of " + log.origin()
                    + ", whose log ends at " + log.last() + ": the log went back; the subscriber needs to be loaded again");
        }
        if (start + 1 < log.first()) {
            throw refuse(Status.FAILED_PRECONDITION, "transactions " + (start + 1) + " to " + (log.first() - 1) + " of epoch "
                    + log.epoch() + " of " + log.origin() + " are trimmed from its log; the subscriber needs to be loaded again");
        }
        return new StartPosition(log.epoch(), start);
    }

    private static StatusException refuse(Status status, String sentence) {
        return status.withDescription(sentence).asException();
    }
}
