package io.rowmesh.node.prepare;

import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.mysql.MySqlNames;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads the tables of the database whose tables take part. What the connected user has no right to, it does not see. */
final class MySqlCatalog {

    private static final String TABLES = """
            select table_name, engine from information_schema.tables
            where table_schema = ? and table_type = 'BASE TABLE' order by table_name""";

    private static final String COLUMNS = """
            select c.table_name, c.column_name, c.column_type, c.data_type, c.character_set_name, c.collation_name,
                   k.seq_in_index, k.sub_part, c.generation_expression, c.extra
            from information_schema.columns c left join information_schema.statistics k
                 on k.table_schema = c.table_schema and k.table_name = c.table_name and k.column_name = c.column_name and k.index_name = 'PRIMARY'
            where c.table_schema = ? order by c.table_name, c.ordinal_position""";

    private static final String CASCADES = """
            select table_name, constraint_name, referenced_table_name,
                   if(delete_rule in ('CASCADE', 'SET NULL'), concat('on delete ', lower(delete_rule)), concat('on update ', lower(update_rule)))
            from information_schema.referential_constraints
            where constraint_schema = ? and (delete_rule in ('CASCADE', 'SET NULL') or update_rule in ('CASCADE', 'SET NULL'))
            order by constraint_name""";

    private static final String TRIGGERS = """
            select event_object_table, trigger_name from information_schema.triggers where event_object_schema = ? order by trigger_name""";

    private MySqlCatalog() {
    }

    static List<TableId> tables(MySqlServer server, Database.MySql database) {
        return server.rows(TABLES, database.name()).stream().map(row -> new TableId(database.schema(), row.get(0))).toList();
    }

    /** Those that take part, in the order of their names. */
    static List<MySqlTable> states(MySqlServer server, Database.MySql database, ResolvedTables resolved) {
        MySqlNames names = new MySqlNames(database.name(), database.schema());
        Map<String, List<MySqlTable.Column>> columns = byTable(server.rows(COLUMNS, database.name()), MySqlCatalog::column);
        Map<String, List<MySqlTable.Cascade>> cascades = byTable(server.rows(CASCADES, database.name()),
                row -> new MySqlTable.Cascade(row.get(1), row.get(2), row.get(3)));
        Map<String, List<String>> triggers = byTable(server.rows(TRIGGERS, database.name()), row -> row.get(1));
        return server.rows(TABLES, database.name()).stream().map(row -> {
            String name = row.get(0);
            TableId id = new TableId(database.schema(), name);
            TableMode mode = resolved.modes().get(id);
            return mode == null ? null : new MySqlTable(id, names.quoted(id), mode, row.get(1), columns.getOrDefault(name, List.of()),
                    cascades.getOrDefault(name, List.of()), triggers.getOrDefault(name, List.of()));
        }).filter(Objects::nonNull).toList();
    }

    private static <T> Map<String, List<T>> byTable(List<List<String>> rows, Function<List<String>, T> item) {
        return rows.stream().collect(Collectors.groupingBy(row -> row.get(0), Collectors.mapping(item, Collectors.toList())));
    }

    private static MySqlTable.Column column(List<String> row) {
        String expression = row.get(8);
        return new MySqlTable.Column(row.get(1), row.get(2), row.get(3), Optional.ofNullable(row.get(4)), Optional.ofNullable(row.get(5)),
                row.get(6) != null, Optional.ofNullable(row.get(7)), expression != null && !expression.isEmpty(),
                row.get(9).contains("auto_increment"));
    }
}
