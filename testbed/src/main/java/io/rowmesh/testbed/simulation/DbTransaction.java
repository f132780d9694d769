package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Version;

import java.util.ArrayList;
import java.util.List;

/** A transaction of a simulated database. */
final class DbTransaction {

    enum State { ACTIVE, COMMITTING, COMMITTED, ABORTED }

    /** Its number (xid). */
    final int number;
    /** The region in whose name it commits. */
    final int origin;
    /** Written by users: without replication origin, so that the capture ships it. */
    final boolean local;

    State state = State.ACTIVE;
    boolean wrote;
    /** Must be durable before it is visible. */
    boolean durable;
    /** Commit timestamp; set up at the start for applied transactions, else taken in the commit. */
    long micros;
    boolean stamped;
    /** For a planted fault: what the clock showed when it was put into the log. */
    long loggedMicros;
    /** Until when its commit stands still where it is. */
    long pausedUntil;
    /** Its place in the order in which transactions became visible; 0 before. */
    long visibleAt;
    /** Its place in the log, from 1; 0 before. */
    int position;
    /** What a local transaction changed, in order. */
    final List<RowChange> changes = new ArrayList<>(2);
    /** What is shipped of it; null before, and when it is withheld. */
    List<RowChange> shipped;
    /** Whether that is only what counts, without a version: the rest is withheld. */
    boolean countsOnly;
    /** Set when it is a touch. */
    Touch touch;
    /** The source transaction whose rows an applied one writes; 0 for none. */
    long sequence;
    /** What it tells the conflict history; there when the transaction is. */
    final List<ConflictRecord> conflicts = new ArrayList<>(0);
    /** Whom its statement waits for, else null. */
    DbTransaction waitsFor;
    /** Bits of the tables it writes. */
    int tables;

    DbTransaction(int number, int origin, boolean local) {
        this.number = number;
        this.origin = origin;
        this.local = local;
    }

    /** That it touches a key, and what it found. */
    static final class Touch {
        final WrittenKey key;
        /** Place of the key's last withheld transaction when the touch was begun. */
        final long after;
        /** Whether it stands for a delete. */
        boolean gone;

        Touch(WrittenKey key, long after) {
            this.key = key;
            this.after = after;
        }
    }

    /** The timestamp with which it is shipped. */
    long shippedMicros() {
        return countsOnly ? Version.NONE_MICROS : micros;
    }

    boolean inProgress() {
        return state == State.ACTIVE || state == State.COMMITTING;
    }

    @Override
    public String toString() {
        return (local ? "local " : "of " + World.NAMES[origin] + " ") + number;
    }
}
