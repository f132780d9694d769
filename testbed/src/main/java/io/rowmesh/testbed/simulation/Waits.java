package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.Waiting;

/** What would wait is tried again at a later event. */
final class Waits implements Waiting {

    /** Whether the last step found that its clock was not yet past a timestamp. */
    boolean forTime;

    @Override
    public void forLocks(KeyLocks.Held wanted) {
        if (!wanted.tryTake()) {
            throw Blocked.INSTANCE;
        }
    }

    @Override
    public void forClock(long micros) {
        forTime = true;
    }
}
