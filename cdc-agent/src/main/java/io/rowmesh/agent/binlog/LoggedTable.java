package io.rowmesh.agent.binlog;

import io.rowmesh.schema.Column;

import java.util.List;

/**
 * A table as it was when the rows that come with it were written. As long as nothing of it changes, all rows of a stream come with
 * the same object.
 *
 * @param columns all of them, generated ones too; their types are MySQL's COLUMN_TYPE behind {@code mysql:}, as far as the log tells
 *                it: without display widths
 */
public record LoggedTable(String database, String name, List<Column> columns) {

    public LoggedTable {
        columns = List.copyOf(columns);
    }
}
