package io.rowmesh.applier.history;

import java.sql.SQLException;
import java.util.List;

/** How rows get into {@code rowmesh.conflict}. Two implementations, as there are two databases. */
public interface HistoryTable {

    /** So many at most are given to {@link #insert} at once. */
    int ROWS_AT_ONCE = 200;

    /** The columns of a row, in the order of its texts. */
    List<String> COLUMNS = List.of("type", "table_schema", "table_name", "row_key", "rule", "decision", "stored_row", "stored_at", "stored_origin",
            "incoming_row", "incoming_at", "incoming_origin", "epoch", "sequence", "conflicts", "parked_id", "note");

    /** @param rows texts, null for SQL NULL; times in microseconds since 1970-01-01 UTC */
    void insert(List<String[]> rows) throws SQLException;

    /** Whether the history alone is to blame for an error: connections, locks and resources are everybody's. */
    boolean isToBlame(SQLException error);
}
