package io.rowmesh.agent.capture;

import io.rowmesh.agent.binlog.ServerState;
import io.rowmesh.agent.log.ChangeLog;

import java.sql.Connection;
import java.sql.SQLException;

/** Begins a new life of a MySQL server's log, as {@link NewEpoch} does of PostgreSQL's. */
public final class MySqlNewEpoch {

    private MySqlNewEpoch() {
    }

    /**
     * Drops the change log's content and begins anew behind what the server has. The node must not be running.
     *
     * @return the new epoch
     * @throws CaptureException when the server refuses; the message says what to do
     */
    public static int begin(MySqlOptions options, ChangeLog log) {
        try (Connection connection = options.database().getConnection()) {
            MySqlEpochs epochs = new MySqlEpochs(connection, options.region());
            MySqlEpochs.Recorded newest = epochs.newest();
            int epoch = Math.max(newest == null ? 0 : newest.epoch(), log.highestEpoch()) + 1;
            long base = base(log, ServerState.read(connection).uuid());
            log.clear();
            epochs.begin(epoch, log, base);
            return epoch;
        } catch (SQLException e) {
            throw new CaptureException("cannot begin a new epoch at " + options.address() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Places go on growing, on the same server too, as its log may have been begun anew: what is recorded of former ones, such as where
     * something began to be applied, must not seem to come.
     */
    private static long base(ChangeLog log, String server) {
        return log.sourceOffset().isEmpty() ? 0 : MySqlOffset.parse(log.sourceOffset()).behind(log.lastPosition(), server).base();
    }
}
