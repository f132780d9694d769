package io.rowmesh.schema;

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
}
