package io.rowmesh.agent.capture;

import io.rowmesh.agent.binlog.ServerState;
import io.rowmesh.agent.log.ChangeLog;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Decides from the server, the recorded epoch and the change log together where the capture reads on (hazards H31 to H33): a gap
 * between them is writes that no other region would ever get, so it is never bridged silently.
 */
final class MySqlStart {

    private final MySqlOptions options;
    private final ChangeLog log;
    private final Connection connection;
    private final MySqlEpochs epochs;
    private ServerState server;

    MySqlStart(Connection connection, MySqlOptions options, ChangeLog log) {
        this.connection = connection;
        this.options = options;
        this.log = log;
        this.epochs = new MySqlEpochs(connection, options.region());
    }

    /**
     * @param placesWentBack whether places of the same server's log have to be counted anew
     * @throws CaptureRefused when a person has to do something first
     */
    MySqlOffset prepare(boolean placesWentBack) throws SQLException {
        MySqlEpochs.Recorded newest = epochs.newest();
        if (newest == null) {
            first();
        } else {
            requireSame(newest);
        }
        if (!options.exactSeen()) {
            log.forgetSeenAtEnd();
        }
        MySqlOffset offset = MySqlOffset.parse(log.sourceOffset());
        server = ServerState.read(connection);
        String lacks = server.lacks(offset.read());
        if (lacks != null) {
            throw new CaptureRefused(lacks);
        }
        return placesWentBack ? offset.behind(log.lastPosition(), server.uuid()) : offset.on(server.uuid(), log.lastPosition());
    }

    /** As it was found by {@link #prepare}. */
    ServerState server() {
        return server;
    }

    private void first() throws SQLException {
        if (log.lastSequence() > 0) {
            throw refused("the change log holds " + log.lastSequence() + " transactions of epoch " + log.epoch()
                    + ", but the database has no record of any epoch");
        }
        epochs.begin(log.highestEpoch() + 1, log, 0);
    }

    private void requireSame(MySqlEpochs.Recorded newest) {
        if (!newest.region().equals(options.region())) {
            throw new CaptureRefused("this database belongs to region " + newest.region() + ", not " + options.region()
                    + ": connect the node to its own database");
        }
        if (log.epoch() != newest.epoch()) {
            throw refused(log.epoch() == 0 ? "the change log of epoch " + newest.epoch() + " is lost"
                    : "the change log is of epoch " + log.epoch() + ", the database in epoch " + newest.epoch());
        }
    }

    private CaptureRefused refused(String what) {
        return new CaptureRefused(what + ", so writes in region " + options.region() + " may be missing from what was captured: run"
                + " `rowmesh new-epoch`, then load the other regions from this one again");
    }
}
