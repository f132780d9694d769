package io.rowmesh.agent.capture;

import io.rowmesh.agent.binlog.LoggedTable;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The captured tables in the form that the log has of them. Two things it does not tell are asked of the catalog: which columns are
 * generated, and so not carried, and which {@code tinyint} is displayed with one digit, which is how truth values are declared.
 */
final class MySqlTables {

    private static final String COLUMNS = """
            select column_name, column_type, generation_expression <> '', column_key = 'PRI' from information_schema.columns
             where table_schema = ? and table_name = ? order by ordinal_position""";
    private static final String TYPE = "mysql:";

    /** @param positions of the columns that are carried */
    private record Captured(TableShape shape, int[] positions) {
    }

    private record Found(String name, String type, boolean generated, boolean key) {
    }

    private final Connection connection;
    private final MySqlNames names;
    private final Set<TableId> captured;
    private final Map<LoggedTable, Captured> known = new IdentityHashMap<>();

    MySqlTables(Connection connection, MySqlNames names, Set<TableId> captured) {
        this.connection = connection;
        this.names = names;
        this.captured = captured;
    }

    /** The table as it travels; null when it is not captured. */
    TableId captured(String database, String table) {
        TableId id = names.wire(database, table);
        return id != null && captured.contains(id) ? id : null;
    }

    /** Whether tables of a database may be captured. */
    boolean anyIn(String database) {
        return database.equals(names.database()) || database.equals(MySqlNames.CONTROL);
    }

    /** Definitions have changed, of which the log's descriptions of tables do not tell everything. */
    void forget() {
        known.clear();
    }

    TableShape shape(LoggedTable table) {
        return of(table).shape();
    }

    Row row(LoggedTable table, Row logged) {
        int[] positions = of(table).positions();
        if (positions.length == logged.size()) {
            return logged;
        }
        String[] values = new String[positions.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = logged.get(positions[i]);
        }
        return new Row(values);
    }

    private Captured of(LoggedTable table) {
        return known.computeIfAbsent(table, this::describe);
    }

    private Captured describe(LoggedTable table) {
        Map<String, Found> catalog = new HashMap<>();
        find(table.database(), table.name()).forEach(found -> catalog.put(found.name(), found));
        List<Column> columns = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            Column column = table.columns().get(i);
            Found found = catalog.get(column.name());
            if (found == null || !found.generated()) {
                boolean truth = found != null && column.type().equals("mysql:tinyint") && found.type().equals("tinyint(1)");
                columns.add(truth ? new Column(column.name(), "mysql:tinyint(1)", column.key()) : column);
                positions.add(i);
            }
        }
        return new Captured(checked(new TableShape(captured(table.database(), table.name()), columns)),
                positions.stream().mapToInt(Integer::intValue).toArray());
    }

    private static TableShape checked(TableShape shape) {
        if (shape.keyPositions().length == 0) {
            throw new CaptureRefused("table " + shape.id() + ": it had no primary key when the log's next rows of it were written: add one,"
                    + " run `rowmesh new-epoch`, then load the other regions from this one again");
        }
        return shape;
    }

    /** As the catalog has it now: all that is said with a truncate is which table it is. */
    TableShape present(String database, String name) {
        List<Column> columns = find(database, name).stream().filter(found -> !found.generated())
                .map(found -> new Column(found.name(), TYPE + found.type(), found.key())).toList();
        return new TableShape(captured(database, name), columns);
    }

    private List<Found> find(String database, String table) {
        try (PreparedStatement query = connection.prepareStatement(COLUMNS)) {
            query.setString(1, database);
            query.setString(2, table);
            try (ResultSet row = query.executeQuery()) {
                List<Found> found = new ArrayList<>();
                while (row.next()) {
                    found.add(new Found(row.getString(1), plain(row.getString(2)), row.getBoolean(3), row.getBoolean(4)));
                }
                return found;
            }
        } catch (SQLException e) {
            throw new CaptureException("cannot read the definition of table " + database + "." + table + ": " + e.getMessage(), e);
        }
    }

    /** Without the widths of numbers, which are for display only. */
    private static String plain(String type) {
        String bare = type.replaceFirst("^(\\w*int|year)\\(\\d+\\)", "$1").replace(" zerofill", "");
        return type.equals("tinyint(1)") ? type : bare;
    }
}
