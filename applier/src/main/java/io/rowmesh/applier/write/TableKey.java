package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;

/** A row's identity in this database: its table and canonical key ({@link RowKey}). */
public record TableKey(TableId table, String key) {

    public static TableKey of(RowChange change) {
        return new TableKey(change.table().id(), RowKey.of(change));
    }

    public boolean isWholeTable() {
        return key.equals(RowKey.ALL);
    }
}
