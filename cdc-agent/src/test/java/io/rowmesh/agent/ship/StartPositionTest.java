package io.rowmesh.agent.ship;

import io.grpc.Status;
import io.grpc.StatusException;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class StartPositionTest {

    private static final StartPosition.Holding FULL = new StartPosition.Holding("eu", 3, 1, 10);
    private static final StartPosition.Holding TRIMMED = new StartPosition.Holding("eu", 3, 5, 10);

    private static void assertRefused(Status.Code code, int epoch, long after, StartPosition.Holding log) {
        assertEquals(code, assertThrows(StatusException.class, () -> StartPosition.decide(epoch, after, log)).getStatus().getCode());
    }

    @Test
    void resumesInTheSameEpoch() throws StatusException {
        assertEquals(new StartPosition(3, 4), StartPosition.decide(3, 4, TRIMMED));
        assertEquals(new StartPosition(3, 10), StartPosition.decide(3, 10, TRIMMED));
    }

    @Test
    void beginsANewEpochAtOne() throws StatusException {
        assertEquals(new StartPosition(3, 0), StartPosition.decide(2, 900, FULL));
        assertEquals(new StartPosition(3, 0), StartPosition.decide(0, 0, FULL));
    }

    @Test
    void refusesWhatWouldLeaveAGap() {
        assertRefused(Status.Code.FAILED_PRECONDITION, 3, 3, TRIMMED);
        assertRefused(Status.Code.FAILED_PRECONDITION, 2, 900, TRIMMED);
        assertRefused(Status.Code.FAILED_PRECONDITION, 0, 0, TRIMMED);
        assertRefused(Status.Code.FAILED_PRECONDITION, 3, 11, FULL);
        assertRefused(Status.Code.FAILED_PRECONDITION, 4, 1, FULL);
    }

    @Test
    void waitsForACaptureThatHasNotBegun() {
        assertRefused(Status.Code.UNAVAILABLE, 1, 1, new StartPosition.Holding("eu", 0, 1, 0));
    }
}
