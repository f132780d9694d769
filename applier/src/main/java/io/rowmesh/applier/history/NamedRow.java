package io.rowmesh.applier.history;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;

import java.util.List;

/** A row image with the names of its columns, in one order. Values may be null or absent ({@link Row#ABSENT}). */
public record NamedRow(List<String> columns, Row values) {

    public NamedRow {
        columns = List.copyOf(columns);
        if (columns.size() != values.size()) {
            throw new IllegalArgumentException(columns.size() + " columns and " + values.size() + " values");
        }
    }

    public static NamedRow of(TableShape shape, Row values) {
        return new NamedRow(shape.columns().stream().map(Column::name).toList(), values);
    }

    /** What a change brings: the new row, the old one of a delete; null for a truncate. */
    public static NamedRow of(RowChange change) {
        Row image = RowChange.keyImage(change);
        return image == null ? null : of(change.table(), image);
    }

    /** The text of a column, null for SQL NULL and for what is not there. */
    public String get(String column) {
        int position = columns.indexOf(column);
        return position < 0 || values.isAbsent(position) ? null : values.get(position);
    }

    int estimatedBytes() {
        return values.estimatedBytes() + 16 * columns.size();
    }
}
