package io.rowmesh.applier.mysql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.ToLongBiFunction;

/** Where the server's log ends. */
public final class MySqlLog {

    private static final int PARSE_ERROR = 1064;
    private static final String FORMER = "show master status";
    private static final String SINCE_8_4 = "show binary log status";

    private final Connection connection;
    private final ToLongBiFunction<String, Long> position;
    private String ask = FORMER;

    /** @param position of a file's name and an offset in it */
    public MySqlLog(Connection connection, ToLongBiFunction<String, Long> position) {
        this.connection = connection;
        this.position = position;
    }

    /** Whatever was committed when this is asked stands before. */
    public long end() throws SQLException {
        try {
            return end(ask);
        } catch (SQLException e) {
            if (e.getErrorCode() != PARSE_ERROR || ask.equals(SINCE_8_4)) {
                throw e;
            }
            ask = SINCE_8_4;
            return end(ask);
        }
    }

    private long end(String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            if (!row.next()) {
                throw new SQLException("this server writes no binary log; start it with log_bin", "55000");
            }
            return position.applyAsLong(row.getString(1), row.getLong(2));
        }
    }
}
