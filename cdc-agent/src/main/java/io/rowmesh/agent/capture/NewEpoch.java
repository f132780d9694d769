package io.rowmesh.agent.capture;

import io.rowmesh.agent.log.ChangeLog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Begins a new life of the local log after its slot, its change log or the database itself was lost or went back. What was
 * written since the last captured transaction reaches the other regions only by loading them again. Done twice it does no harm.
 * Where the database is a copy of the recorded one, its rows' commit timestamps are those of the copying and count no longer.
 */
public final class NewEpoch {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(50);

    private NewEpoch() {
    }

    /**
     * Drops the slot and the change log's content and makes both anew. The node must not be running.
     *
     * @return the new epoch
     * @throws CaptureException when the slot is in use, or the database refuses; the message says what to do
     */
    public static int begin(CaptureOptions options, ChangeLog log) {
        try (Connection connection = options.database().connect()) {
            SlotControl slots = new SlotControl(connection, options);
            requireIdle(slots);
            SourceState source = slots.read();
            int recorded = source.newest() == null ? 0 : source.newest().epoch();
            int epoch = Math.max(recorded, log.highestEpoch()) + 1;
            if (source.newest() != null && !source.newest().systemIdentifier().equals(source.systemIdentifier())) {
                slots.forgetVersions();
            }
            log.clear();
            if (source.slot() != null) {
                slots.drop();
            }
            SlotControl.Start start = slots.create();
            log.beginEpoch(epoch, start.position(), start.seen());
            slots.record(epoch, source.systemIdentifier(), start.position());
            return epoch;
        } catch (SQLException e) {
            throw new CaptureException("cannot begin a new epoch in " + options.database() + ": " + e.getMessage(), e);
        }
    }

    /** After the node was stopped its backend may need a moment to end. */
    private static void requireIdle(SlotControl slots) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (SlotState slot = slots.readSlot(); slot != null && slot.activePid() != 0; slot = slots.readSlot()) {
            if (System.nanoTime() > deadline) {
                throw new CaptureException("replication slot " + slot.name() + " is in use by backend " + slot.activePid()
                        + ": stop the node first");
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
