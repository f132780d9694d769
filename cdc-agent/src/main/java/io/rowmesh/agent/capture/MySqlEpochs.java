package io.rowmesh.agent.capture;

import io.rowmesh.agent.binlog.GtidSet;
import io.rowmesh.agent.binlog.ServerState;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.SeenMark;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The recorded epochs of a MySQL server, and the beginning of one. The connection is the caller's. */
final class MySqlEpochs {

    private static final String NEWEST = "select epoch, region from rowmesh.epoch order by epoch desc limit 1";
    private static final String RECORD = """
            insert into rowmesh.epoch (epoch, region, server_uuid, start_gtids, started_at) values (?, ?, ?, ?, utc_timestamp(6))""";
    private static final String SEEN = """
            select p.origin, p.epoch, p.sequence, timestampdiff(microsecond, '1970-01-01', p.committed_at) from rowmesh.progress p
             order by p.origin, p.epoch desc, p.sequence desc""";

    private final Connection connection;
    private final String region;

    MySqlEpochs(Connection connection, String region) {
        this.connection = connection;
        this.region = region;
    }

    /** @param region whose database it was then */
    record Recorded(int epoch, String region) {
    }

    /** The newest; null when there is none. */
    Recorded newest() throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(NEWEST)) {
            return row.next() ? new Recorded(row.getInt(1), row.getString(2)) : null;
        }
    }

    /**
     * Begins an epoch with what the server has now. Under the lock nothing is applied, so what is read then is exactly what local
     * transactions behind that set had seen at first. The record comes last: without it, an attempt that broke off is made again.
     *
     * @param base of the places of the server's log
     */
    void begin(int epoch, ChangeLog log, long base) throws SQLException {
        ServerState server;
        try (Statement statement = connection.createStatement()) {
            statement.execute("lock tables rowmesh.progress as p read");
            try {
                server = ServerState.read(connection);
                String offset = new MySqlOffset(base, server.uuid(), server.executed()).text();
                log.beginEpoch(epoch, base, seen(statement), offset);
            } finally {
                statement.execute("unlock tables");
            }
        }
        record(epoch, server.uuid(), server.executed());
    }

    private static List<SeenMark> seen(Statement statement) throws SQLException {
        List<SeenMark> seen = new ArrayList<>();
        String latest = null;
        try (ResultSet row = statement.executeQuery(SEEN)) {
            while (row.next()) {
                if (!row.getString(1).equals(latest)) {
                    latest = row.getString(1);
                    seen.add(new SeenMark(latest, row.getInt(2), row.getLong(3), row.getLong(4)));
                }
            }
        }
        return seen;
    }

    private void record(int epoch, String server, GtidSet start) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(RECORD)) {
            insert.setInt(1, epoch);
            insert.setString(2, region);
            insert.setString(3, server);
            insert.setString(4, start.toString());
            insert.execute();
        }
    }
}
