package io.rowmesh.applier.write;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * When rowmesh first met this database. A row without a version was written before; a change that is older than that cannot
 * be compared with it and is not applied over it (H10).
 */
public final class VersionsSince {

    private VersionsSince() {
    }

    /** Notes the moment, once in a database's life. Runs in autocommit. */
    public static void note(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into rowmesh.versions_since (only_row, since)"
                + " values (true, clock_timestamp()) on conflict do nothing")) {
            insert.execute();
        }
    }

    static String read(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select since::text from rowmesh.versions_since");
             ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("rowmesh.versions_since is empty; start the node again", "55000");
            }
            return row.getString(1);
        }
    }
}
