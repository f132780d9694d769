package io.rowmesh.applier.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** One statement of one text, however many rows there are. */
final class PostgresHistory implements HistoryTable {

    private static final String INSERT = "insert into rowmesh.conflict (" + String.join(", ", COLUMNS) + ") " + """
            select u.c1, u.c2, u.c3, u.c4, u.c5, u.c6, u.c7::json, 'epoch'::timestamptz + u.c8::bigint * interval '1 microsecond', u.c9,
              u.c10::json, 'epoch'::timestamptz + u.c11::bigint * interval '1 microsecond', u.c12, u.c13::int, u.c14::bigint,
              u.c15::bigint, u.c16::bigint, u.c17
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
              ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
              as u(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17)""";

    private final Connection connection;

    PostgresHistory(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void insert(List<String[]> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (int c = 0; c < COLUMNS.size(); c++) {
                int column = c;
                insert.setArray(c + 1, connection.createArrayOf("text", rows.stream().map(row -> row[column]).toArray(String[]::new)));
            }
            insert.executeUpdate();
        }
    }

    @Override
    public boolean isToBlame(SQLException error) {
        String state = error.getSQLState();
        return state != null && state.length() == 5 && Set.of("22", "23", "42", "44", "54", "0A", "P0").contains(state.substring(0, 2));
    }
}
