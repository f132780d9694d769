package io.rowmesh.applier.mysql;

import io.rowmesh.applier.write.LocalTable;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.util.List;
import java.util.Map;

/**
 * A table as the local catalog has it.
 *
 * @param local  the same for the rest of the node
 * @param shape  what is read of it: what the database computes is left out
 * @param stored the columns of the shape
 * @param quoted its name
 */
record MySqlTable(LocalTable local, TableShape shape, List<MySqlColumn> stored, String quoted) {

    static MySqlTable of(LocalTable local, Map<String, MySqlColumn> columns, String quoted) {
        TableShape shape = local.shape();
        return new MySqlTable(local, shape, shape.columns().stream().map(column -> columns.get(column.name())).toList(), quoted);
    }

    TableId id() {
        return local.id();
    }

    List<MySqlColumn> key() {
        return stored.stream().filter(MySqlColumn::key).toList();
    }

    /** Null when there is no such column that may be written. */
    MySqlColumn column(String name) {
        return stored.stream().filter(column -> column.name().equals(name)).findFirst().orElse(null);
    }
}
