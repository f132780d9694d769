package io.rowmesh.applier.mysql;

import io.rowmesh.applier.write.Progress;
import io.rowmesh.schema.TransactionHeader;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** {@code rowmesh.progress}: appended in the transaction that it counts, as on PostgreSQL. */
final class MySqlProgress {

    private static final String READ = "select epoch, sequence, " + MySqlTime.micros("committed_at")
            + " from rowmesh.progress where origin = ? order by epoch desc, sequence desc limit 1";
    private static final String NEWEST = "select coalesce(max(" + MySqlTime.micros("committed_at") + "), 0) from rowmesh.progress where origin = ?";
    private static final String APPEND = "insert into rowmesh.progress (origin, epoch, sequence, committed_at, began) values (?, ?, ?, ?, ?)";

    /** Not what began behind the place that the capture has confirmed, and not the newest of what began before it. */
    private static final String PRUNE = """
            delete from rowmesh.progress where origin = ? and (epoch < ? or (epoch = ? and sequence < ?)) and began <= ?
              and committed_at < (select n.newest from (select max(p.committed_at) as newest from rowmesh.progress p
                where p.origin = ? and p.began <= ?) n)""";

    private MySqlProgress() {
    }

    static Progress read(Connection connection, String origin) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(READ)) {
            query.setString(1, origin);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? new Progress(row.getInt(1), row.getLong(2), row.getLong(3)) : Progress.NONE;
            }
        }
    }

    /** The greatest commit timestamp applied from an origin, microseconds; 0 when nothing is applied. */
    static long newestMicros(Connection connection, String origin) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(NEWEST)) {
            query.setString(1, origin);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** A second applier of the same transaction fails on the primary key. @param began where the log is */
    static void append(Connection connection, TransactionHeader header, long began) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(APPEND)) {
            insert.setString(1, header.origin());
            insert.setInt(2, header.epoch());
            insert.setLong(3, header.sequence());
            insert.setString(4, MySqlTime.text(header.commitMicros()));
            insert.setLong(5, began);
            insert.executeUpdate();
        }
    }

    /** @param confirmed local commits behind this place of the log are captured again after a restart */
    static void prune(Connection connection, TransactionHeader header, long confirmed) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(PRUNE)) {
            delete.setString(1, header.origin());
            delete.setInt(2, header.epoch());
            delete.setInt(3, header.epoch());
            delete.setLong(4, header.sequence());
            delete.setLong(5, confirmed);
            delete.setString(6, header.origin());
            delete.setLong(7, confirmed);
            delete.executeUpdate();
        }
    }
}
