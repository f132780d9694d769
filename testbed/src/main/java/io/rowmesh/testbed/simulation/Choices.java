package io.rowmesh.testbed.simulation;

/** Every decision of a simulated history. Random ones come from one seed; the exhaustive search replays prefixes. */
public interface Choices {

    /** A number from 0 to bound - 1; bound is at least 1. */
    int next(int bound);

    /** Whether something happens that does so about {@code times} times in a thousand. */
    default boolean perMille(int times) {
        return times > 0 && next(1_000) < times;
    }
}
