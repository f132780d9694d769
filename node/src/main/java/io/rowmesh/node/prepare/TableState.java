package io.rowmesh.node.prepare;

import io.rowmesh.node.config.TableMode;
import io.rowmesh.schema.TableId;

import java.util.List;

/**
 * What the catalog says of a table that takes part.
 *
 * @param hidesRows  whether row security may hide rows from the node's role
 * @param missing    the privileges on it that the node's role needs for the mode and has not
 * @param notCarried what about its names and types cannot be carried exactly
 */
record TableState(TableId id, TableMode mode, boolean unlogged, String replicaIdentity, Key key, boolean hidesRows,
                  List<String> missing, List<ColumnState> columns, List<String> notCarried) {

    enum Key { NONE, DEFERRABLE, USABLE }

    /** @param identity {@code a} for GENERATED ALWAYS AS IDENTITY, {@code d} for BY DEFAULT, else empty */
    record ColumnState(String name, boolean key, String identity, boolean generated) {
    }

    TableState {
        missing = List.copyOf(missing);
        columns = List.copyOf(columns);
    }

    KeyedColumns keyed() {
        return new KeyedColumns(id, columns.stream().map(ColumnState::name).toList(),
                columns.stream().filter(ColumnState::key).map(ColumnState::name).toList());
    }

    /**
     * Whether it may be in the publication: publishing a table without a key makes the application's own updates fail, and
     * an unlogged one is refused.
     */
    boolean publishable() {
        return mode.sends() && !unlogged && key == Key.USABLE;
    }
}
