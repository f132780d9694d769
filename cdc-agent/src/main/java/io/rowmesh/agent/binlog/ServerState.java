package io.rowmesh.agent.binlog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a server and its log are.
 *
 * @param uuid        the server's own identifier
 * @param executed    all transactions that it has
 * @param purged      those of them that its log has no more
 * @param foldsNames  whether it calls tables by small letters only, however a statement writes them
 * @param clockMicros its clock, read after the rest, microseconds since 1970-01-01 UTC
 */
public record ServerState(String uuid, GtidSet executed, GtidSet purged, boolean foldsNames, long clockMicros) {

    private static final String STATE = "select @@server_uuid, @@global.gtid_executed, @@global.gtid_purged, @@lower_case_table_names";
    private static final String CLOCK = "select timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))";
    private static final String NEW_EPOCH = "run `rowmesh new-epoch`, then load the other regions from this one again";
    static final String PURGED = "the server has removed binary logs that were not read yet, so writes may be missing: " + NEW_EPOCH;
    static final String LOST = "the server has lost transactions that were read (was it restored, or did a failover lose its tail?): "
            + NEW_EPOCH;

    public static ServerState read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            List<String> state = row(statement, STATE);
            return new ServerState(state.get(0), GtidSet.parse(state.get(1)), GtidSet.parse(state.get(2)),
                    !state.get(3).equals("0"), Long.parseLong(row(statement, CLOCK).get(0)));
        }
    }

    private static List<String> row(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            List<String> values = new ArrayList<>();
            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                values.add(row.getString(i));
            }
            return values;
        }
    }

    /** Why the log cannot be read on behind what was read of it, one sentence; null when it can. */
    public String lacks(GtidSet read) {
        if (!read.contains(purged)) {
            return PURGED;
        }
        return executed.contains(read) ? null : LOST;
    }
}
