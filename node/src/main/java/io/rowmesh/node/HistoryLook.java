package io.rowmesh.node;

import io.rowmesh.node.admin.StatusReport;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/** Reads for the status how many rows wait for a person or are hidden, and how many conflicts there were of late. */
final class HistoryLook {

    /** More are not counted: the look must stay cheap in a storm. */
    private static final int MOST = 100_000;

    private HistoryLook() {
    }

    static StatusReport.History read(Connection connection) throws SQLException {
        ControlSql sql = ControlSql.of(connection);
        long parked = count(connection, "rowmesh.parked", "distinct table_schema, table_name, " + sql.digest(), "true");
        long unsettled = sql.keepsKeys() ? count(connection, "rowmesh.key_state", "1", "unresolved > 0") : 0;
        long hidden = sql.keepsKeys() ? count(connection, "rowmesh.shadow", "1", "true") : 0;
        return new StatusReport.History(parked + unsettled, conflictsLastHour(connection, sql), hidden);
    }

    private static long count(Connection connection, String table, String what, String which) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select count(*) from (select " + what + " from " + table + " where " + which
                + " limit " + MOST + ") found"); ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static long conflictsLastHour(Connection connection, ControlSql sql) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select coalesce(sum(c.conflicts), 0) from (select conflicts from rowmesh.conflict"
                + " where noted_at > " + sql.sinceAgo() + " and type is not null and parked_id is null limit " + MOST + ") c")) {
            query.setLong(1, TimeUnit.HOURS.toMicros(1));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
