package io.rowmesh.testbed.torture;

import java.time.Duration;

/**
 * One fault, ready to begin.
 *
 * @param place  what it happens to; nothing else happens to the same place meanwhile
 * @param length from its begin until it is ended
 */
record Fault(FaultKind kind, String place, Duration length, Action begin, Action end) {

    interface Action {
        void run() throws Exception;
    }

    @Override
    public String toString() {
        return kind + " " + place + (length.isZero() ? "" : " for " + length.toMillis() + " ms");
    }
}
