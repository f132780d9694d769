package io.rowmesh.node.prepare;

import io.rowmesh.schema.TableId;

import java.util.List;

/**
 * The names of a table's columns.
 *
 * @param all all of them, in their order
 * @param key those of the primary key
 */
record KeyedColumns(TableId id, List<String> all, List<String> key) {

    KeyedColumns {
        all = List.copyOf(all);
        key = List.copyOf(key);
    }
}
