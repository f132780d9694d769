package io.rowmesh.rules.keystate;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableShape;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** A row by the names of its columns, so that it outlives changes of the table. Null is SQL NULL. */
public record Image(SortedMap<String, String> values) {

    public Image {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** Without the values that the log did not carry. */
    public static Image of(TableShape shape, Row row) {
        TreeMap<String, String> values = new TreeMap<>();
        for (int i = 0; i < row.size(); i++) {
            if (!row.isAbsent(i)) {
                Column column = shape.columns().get(i);
                values.put(column.name(), row.get(i));
            }
        }
        return new Image(values);
    }
}
