package io.rowmesh.node;

import io.rowmesh.node.admin.StatusReport;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads for the status how many rows wait for a person or are hidden, and how many conflicts there were of late. */
final class HistoryLook {

    /** More are not counted: the look must stay cheap in a storm. */
    private static final int MOST = 100_000;

    private static final String SQL = """
            select (select count(*) from (select distinct table_schema, table_name, row_key from rowmesh.parked limit ?) p)
                + (select count(*) from (select from rowmesh.key_state where unresolved > 0 limit ?) u),
              (select coalesce(sum(c.conflicts), 0) from (select conflicts from rowmesh.conflict
                 where noted_at > now() - interval '1 hour' and type is not null and parked_id is null limit ?) c),
              (select count(*) from (select from rowmesh.shadow limit ?) s)""";

    private HistoryLook() {
    }

    static StatusReport.History read(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(SQL)) {
            for (int limit = 1; limit <= 4; limit++) {
                query.setInt(limit, MOST);
            }
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new StatusReport.History(row.getLong(1), row.getLong(2), row.getLong(3));
            }
        }
    }
}
