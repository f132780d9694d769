package io.rowmesh.testbed.torture;

import java.util.Random;

/** How fast writers write: slower while the regions are far behind each other, so that the end does not wait for hours. */
final class Pace {

    private static final int USUAL_MILLIS = 80;
    private static final int SLOW_MILLIS = 1_500;

    private volatile boolean slow;

    void slow(boolean now) {
        slow = now;
    }

    int pauseMillis(Random random) {
        return random.nextInt(slow ? SLOW_MILLIS : USUAL_MILLIS);
    }
}
