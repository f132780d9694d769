package io.rowmesh.node.prepare;

import io.rowmesh.node.config.TableMode;
import io.rowmesh.schema.TableId;

import java.util.List;
import java.util.Optional;

/**
 * What MySQL's catalog says of a table that takes part.
 *
 * @param id       its name in the mesh
 * @param quoted   its name in statements, with its database
 * @param triggers their names, as far as the connected user sees them
 */
record MySqlTable(TableId id, String quoted, TableMode mode, String engine, List<Column> columns, List<Cascade> cascades, List<String> triggers) {

    MySqlTable {
        columns = List.copyOf(columns);
        cascades = List.copyOf(cascades);
        triggers = List.copyOf(triggers);
    }

    /**
     * @param type      as MySQL prints it, {@code varchar(20)}
     * @param dataType  its first word, {@code varchar}
     * @param charset   its character set and
     * @param collation its collation; empty where it holds no text
     * @param key       whether it belongs to the primary key
     * @param prefix    how many characters of it do, where not the whole value
     */
    record Column(String name, String type, String dataType, Optional<String> charset, Optional<String> collation, boolean key,
                  Optional<String> prefix, boolean generated, boolean autoIncrement) {
    }

    /** A foreign key of this table by which MySQL changes rows of it itself. */
    record Cascade(String constraint, String parent, String rule) {
    }

    /** The local name, without the database. */
    String name() {
        return id.name();
    }

    List<Column> keyColumns() {
        return columns.stream().filter(Column::key).toList();
    }

    KeyedColumns keyed() {
        return new KeyedColumns(id, columns.stream().map(Column::name).toList(), keyColumns().stream().map(Column::name).toList());
    }
}
