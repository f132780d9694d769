package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.applier.history.HistoryTable;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSql;
import com.mysql.cj.jdbc.exceptions.PacketTooBigException;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The conflict history of a MySQL region. */
public final class MySqlHistory implements HistoryTable {

    /** A statement must fit into the server's {@code max_allowed_packet}; a single row is given whatever its size. */
    private static final int CHARACTERS_AT_ONCE = 1 << 20;
    /** Errors of single rows and tables that MySQL gives the SQLSTATE of errors in general. */
    private static final Set<Integer> OF_ROWS = Set.of(
            1036, // the table is read only
            1364, // a column without default has no value
            1366, // a text is none of the column's type or character set
            1526, // no partition takes the row
            3819); // a check constraint

    private static final String INSERT = "insert into rowmesh.conflict (noted_at, " + String.join(", ", COLUMNS) + ") values ";
    private static final String ROW = COLUMNS.stream().map(column -> column.endsWith("_at") ? ControlSql.MYSQL.time() : "?")
            .collect(Collectors.joining(", ", "(" + ControlSql.MYSQL.now() + ", ", ")"));

    private final Connection connection;

    private MySqlHistory(Connection connection) {
        this.connection = connection;
    }

    /** @param isPrivate whether a column's values are kept as hashes only */
    public static ConflictHistory open(Connection connection, BiPredicate<TableId, String> isPrivate) throws SQLException {
        return ConflictHistory.open(connection, new MySqlHistory(connection), isPrivate);
    }

    @Override
    public void insert(List<String[]> rows) throws SQLException {
        int from = 0;
        while (from < rows.size()) {
            int to = from;
            int characters = 0;
            do {
                characters += characters(rows.get(to++));
            } while (to < rows.size() && characters + characters(rows.get(to)) < CHARACTERS_AT_ONCE);
            insertAtOnce(rows.subList(from, to));
            from = to;
        }
    }

    private static int characters(String[] row) {
        return IntStream.range(0, row.length).map(i -> row[i] == null ? 0 : row[i].length()).sum();
    }

    private void insertAtOnce(List<String[]> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT + rows.stream().map(row -> ROW).collect(Collectors.joining(", ")))) {
            int p = 1;
            for (String[] row : rows) {
                for (String text : row) {
                    insert.setString(p++, text);
                }
            }
            insert.executeUpdate();
        }
    }

    @Override
    public boolean isToBlame(SQLException error) {
        String state = error.getSQLState();
        return OF_ROWS.contains(error.getErrorCode()) || error instanceof PacketTooBigException
                || state != null && state.length() == 5 && Set.of("22", "23", "42", "44", "0A").contains(state.substring(0, 2));
    }
}
