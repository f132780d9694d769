package io.rowmesh.agent.binlog;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.mysql.MySqlNames;

/** What a transaction of the node says to those who read the log, by a row of {@code rowmesh.message}: what a logical message is in PostgreSQL's. */
public record LoggedMessage(String prefix, String content) {

    private static final String TABLE = "message";

    /** Whether rows of a table are messages. */
    public static boolean isOne(String database, String table) {
        return database.equals(MySqlNames.CONTROL) && table.equals(TABLE);
    }

    /** @param row number, prefix and content */
    public static LoggedMessage of(Row row) {
        return new LoggedMessage(row.get(1), row.get(2));
    }
}
