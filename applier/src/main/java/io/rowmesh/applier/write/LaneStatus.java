package io.rowmesh.applier.write;

import java.util.Map;

/**
 * How applying one origin's transactions stands.
 *
 * @param backlog        transactions the origin is known to have that are not applied here
 * @param stalenessMillis now minus the commit timestamp up to which everything is applied; -1 before the first
 * @param lastError      the sentence of the last fault, null when there was none since the last progress; what it waits for when
 *                       it is held
 * @param historyRefused why the last conflicts do not stand in the history, null when they do
 * @param conflicts      conflicts by PostgreSQL's names
 */
public record LaneStatus(String origin, State state, int epoch, long sequence, long backlog, long stalenessMillis,
                         String lastError, long appliedTransactions, long appliedRows, long skippedRows, long parkedRows,
                         String historyRefused, Map<String, Long> conflicts) {

    /**
     * RUNNING only while the stream is open and the lane's thread lives. HELD is a lane that works, but must not apply its next
     * transaction before another region's.
     */
    public enum State { CONNECTING, RUNNING, HELD, WAITING, STOPPED }
}
