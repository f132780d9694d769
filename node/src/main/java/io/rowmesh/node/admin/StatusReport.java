package io.rowmesh.node.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The state of a node, as {@code /status} gives it. Texts and amounts that are not known (yet) are null.
 *
 * @param region  this node's region
 * @param epoch   the epoch of its own log; 0 before the first began
 * @param notices what a person should know although the node works, a sentence each
 */
public record StatusReport(String region, int epoch, State state, Capture capture, ChangeLog changeLog, List<Peer> peers,
                           History history, List<String> notices) {

    public StatusReport {
        peers = List.copyOf(peers);
        // A node of an older version tells neither.
        history = history == null ? History.NONE : history;
        notices = notices == null ? List.of() : List.copyOf(notices);
    }

    /** From best to worst. HELD: it works, but its next step has to come after another region's. */
    public enum State { RUNNING, STARTING, HELD, WAITING, STOPPED, FAILED }

    /**
     * Reading the local log.
     *
     * @param lastError    while it runs: why the database takes no heartbeat, and so probably no changes of other regions
     * @param lastSequence the last transaction that is durable in the change log
     * @param lastPosition its log position, such as {@code 0/1A2B3C}
     * @param lagBytes     what the database has written beyond it
     */
    public record Capture(State state, String lastError, long lastSequence, String lastPosition, Long lagBytes) {
    }

    /** Local transactions kept until every region has them. When full, the capture pauses and the log stays in the database. */
    public record ChangeLog(long bytes, long transactions, boolean full) {
    }

    /**
     * Conflicts here.
     *
     * @param parkedRows        rows that differ until a person mends the cause or settles them
     * @param conflictsLastHour those of the history; beyond 100,000 they are not counted to the end
     * @param hiddenRows        under unique: newest-wins, as a newer row has one of their unique values; beyond 100,000 not counted
     */
    public record History(long parkedRows, long conflictsLastHour, long hiddenRows) {

        public static final History NONE = new History(0, 0, 0);
    }

    /** Both directions with one other region. */
    public record Peer(String region, Shipping shipping, Applying applying) {
    }

    /**
     * Our changes on their way there.
     *
     * @param acknowledgedSequence durable in that region's database up to here
     * @param backlog              transactions not yet acknowledged
     */
    public record Shipping(boolean connected, long shippedSequence, long acknowledgedSequence, long backlog, String lastError) {
    }

    /**
     * Their changes applied here.
     *
     * @param stalenessMillis now minus the commit timestamp up to which everything of that region is applied
     * @param backlog         transactions received and not yet applied
     * @param lastError       the last fault; when it is held, what it waits for
     * @param parkedRows      row changes that wait for a person
     * @param conflicts       by type, in PostgreSQL's names
     */
    public record Applying(State state, int epoch, long sequence, Long stalenessMillis, long backlog, String lastError,
                           long parkedRows, long appliedTransactions, long appliedRows, long skippedRows,
                           Map<String, Long> conflicts) {

        public Applying {
            conflicts = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(conflicts));
        }
    }

    /** The worst state of all parts: a node with a dead part is never shown as running. */
    public State overall() {
        State worst = worse(state, capture.state());
        for (Peer peer : peers) {
            worst = worse(worst, peer.applying().state());
            worst = peer.shipping().connected() ? worst : worse(worst, State.WAITING);
        }
        return changeLog.full() ? worse(worst, State.WAITING) : worst;
    }

    /** Why the node does not do its own work; empty when it does. Other regions being away does not count. */
    public List<String> notReady() {
        List<String> reasons = new ArrayList<>();
        if (state != State.RUNNING) {
            reasons.add("the node is " + state);
        }
        if (capture.state() != State.RUNNING) {
            reasons.add("the capture is " + capture.state() + (capture.lastError() == null ? "" : ": " + capture.lastError()));
        } else if (capture.lastError() != null) {
            reasons.add(capture.lastError());
        }
        if (changeLog.full()) {
            reasons.add("the change log is full");
        }
        return reasons;
    }

    private static State worse(State a, State b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
