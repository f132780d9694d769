package io.rowmesh.rules.columns;

import io.rowmesh.rules.keystate.Stamp;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What column-merge keeps of a key. A dead row keeps its columns.
 *
 * @param based       whether a row stood here whose writes are not remembered
 * @param newestWrite of inserts and updates; null when none is remembered
 * @param newestDelete of deletes and truncates; null when none is remembered
 * @param columns     by name
 */
public record ColumnState(boolean based, Stamp newestWrite, Stamp newestDelete, SortedMap<String, ColumnValue> columns) {

    static final ColumnState NONE = new ColumnState(false, null, null, Collections.emptySortedMap());

    public ColumnState {
        columns = Collections.unmodifiableSortedMap(new TreeMap<>(columns));
    }

    /** The row lives if its newest write is newer than its newest delete; any delete is newer than what is not remembered. */
    boolean lives() {
        if (newestDelete == null) {
            return newestWrite != null || based;
        }
        return newestWrite != null && newestWrite.compareTo(newestDelete) > 0;
    }
}
