package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.applier.write.LocalDatabase;
import io.rowmesh.applier.write.RowLookup;
import io.rowmesh.applier.write.SettledRow;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/** MySQL. */
public record MySqlDatabase(MySqlNames names) implements LocalDatabase {

    /** Triggers and foreign keys do what they do for any application. */
    private static final String SESSION = "set session sql_mode = '" + MySqlSession.SQL_MODE + "', time_zone = '+00:00'";

    private static final String TABLES = """
            select table_name from information_schema.tables
            where table_schema = ? and table_type = 'BASE TABLE' and (concat(?, '.', table_name) = ? or table_name = ?)
            order by concat(?, '.', table_name) = ? desc""";

    @Override
    public void pin(Connection connection) throws SQLException {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        try (Statement statement = connection.createStatement()) {
            statement.execute(SESSION);
        }
    }

    @Override
    public boolean tellsVersions() {
        return false;
    }

    @Override
    public RowLookup rows(Connection connection, TableId table) throws SQLException {
        return new MySqlStoredRows(connection, new MySqlCatalog(connection, names).table(table));
    }

    @Override
    public SettledRow settled(Connection connection, TableKey key, List<String> keyTexts, TableRules rules) throws SQLException {
        return new MySqlSettledRow(connection, names, key.table(), keyTexts);
    }

    @Override
    public ConflictHistory history(Connection connection, BiPredicate<TableId, String> isPrivate) throws SQLException {
        return MySqlHistory.open(connection, isPrivate);
    }

    @Override
    public List<TableId> tables(Connection connection, String called) throws SQLException {
        List<TableId> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(TABLES)) {
            String[] parameters = {names.database(), names.schema(), called, called, names.schema(), called};
            for (int i = 0; i < parameters.length; i++) {
                query.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(new TableId(names.schema(), rows.getString(1)));
                }
            }
        }
        return found;
    }
}
