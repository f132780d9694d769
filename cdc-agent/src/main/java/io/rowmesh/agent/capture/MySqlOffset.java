package io.rowmesh.agent.capture;

import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.binlog.GtidSet;

/**
 * Where the capture reads on in a MySQL server's log, as it stands beside the change log.
 *
 * @param base   what is added to the places of this server's log ({@link BinlogPositions})
 * @param server identifier of the server that the places are of
 * @param read   all transactions up to there
 */
record MySqlOffset(long base, String server, GtidSet read) {

    static MySqlOffset parse(String text) {
        String[] parts = text.split(" ", 3);
        if (parts.length < 3) {
            throw new CaptureRefused("the change log does not tell how far the server's log was read: run `rowmesh new-epoch`, then load the"
                    + " other regions from this one again");
        }
        return new MySqlOffset(Long.parseLong(parts[0]), parts[1], GtidSet.parse(parts[2]));
    }

    String text() {
        return base + " " + server + " " + read;
    }

    /** The same transactions on another server, whose places are all to be behind a position; itself when the server is the same. */
    MySqlOffset on(String nowServer, long position) {
        return server.equals(nowServer) ? this : behind(position, nowServer);
    }

    /** The same transactions, with all places of a server's log behind a position. */
    MySqlOffset behind(long position, String nowServer) {
        return new MySqlOffset(BinlogPositions.baseBehind(position), nowServer, read);
    }
}
