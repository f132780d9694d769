package io.rowmesh.schema;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The columns of a table as a row change carries them; rows hold their values in this order. */
public record TableShape(TableId id, List<Column> columns) {

    public TableShape {
        columns = List.copyOf(columns);
    }

    /** Positions of the key's columns, in column order. */
    public int[] keyPositions() {
        return IntStream.range(0, columns.size()).filter(i -> columns.get(i).key()).toArray();
    }

    /** A row of which nothing but the key is known. @param texts of the key's columns, in column order */
    public Row keyOnly(String... texts) {
        String[] values = new String[columns.size()];
        Arrays.fill(values, Row.ABSENT);
        int next = 0;
        for (int position : keyPositions()) {
            values[position] = texts[next++];
        }
        return new Row(values);
    }
}
