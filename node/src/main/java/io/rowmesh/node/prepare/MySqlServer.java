package io.rowmesh.node.prepare;

import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a MySQL server answers to questions about itself, as texts. The connection stays its owner's. */
final class MySqlServer {

    private static final String NO_SUCH_RIGHT = "42000";

    private final Connection connection;
    /** Null until somebody asks for one. */
    private Map<String, String> variables;

    MySqlServer(Connection connection) {
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    MySqlVersion version() {
        return new MySqlVersion(value("select version()"));
    }

    /** A global variable as it was when the first of them was asked for, empty when this release has none of that name. */
    Optional<String> variable(String name) {
        if (variables == null) {
            variables = rows("show global variables").stream().collect(Collectors.toUnmodifiableMap(row -> row.get(0), row -> row.get(1)));
        }
        return Optional.ofNullable(variables.get(name));
    }

    /** The first column of the only row. */
    String value(String sql, String... arguments) {
        return rows(sql, arguments).get(0).get(0);
    }

    /** All rows; throws IllegalStateException with the server's sentence. */
    List<List<String>> rows(String sql, String... arguments) {
        try {
            return read(sql, arguments);
        } catch (SQLException e) {
            throw new IllegalStateException("the MySQL server cannot be looked at: " + e.getMessage(), e);
        }
    }

    /** The same, or empty where the connected user lacks the right to ask. */
    Optional<List<List<String>>> rowsIfAllowed(String sql, String... arguments) {
        try {
            return Optional.of(read(sql, arguments));
        } catch (SQLException e) {
            if (NO_SUCH_RIGHT.equals(e.getSQLState())) {
                return Optional.empty();
            }
            throw new IllegalStateException("the MySQL server cannot be looked at: " + e.getMessage(), e);
        }
    }

    private List<List<String>> read(String sql, String... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setString(i + 1, arguments[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<List<String>> all = new ArrayList<>();
                while (rows.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        row.add(rows.getString(i));
                    }
                    all.add(row);
                }
                return all;
            }
        }
    }

    /** {@code 'it''s'}, as the server reads it unless a session has changed what a backslash means. */
    static String text(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    /** All tables of a database, for a GRANT: there its name is a pattern. */
    static String everythingIn(String database) {
        return MySqlNames.quoted(database.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")) + ".*";
    }
}
