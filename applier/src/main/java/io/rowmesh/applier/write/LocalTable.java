package io.rowmesh.applier.write;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.util.Map;

/** A table as the local catalog has it; columns by exact name, in catalog order. */
public record LocalTable(TableId id, Map<String, LocalColumn> columns) {

    /**
     * @param castType    type without length or precision, fit for an explicit cast that must not truncate
     * @param fullType    type with them, as the source reports its own
     * @param generated   computed by the database, never written
     * @param identityAlways GENERATED ALWAYS AS IDENTITY: may be inserted, not updated
     */
    public record LocalColumn(String name, String castType, String fullType, boolean key, boolean generated, boolean identityAlways) {
    }

    /** Without what the database computes: as row changes carry it. */
    public TableShape shape() {
        return new TableShape(id, columns.values().stream().filter(column -> !column.generated())
                .map(column -> new Column(column.name(), column.fullType(), column.key())).toList());
    }
}
