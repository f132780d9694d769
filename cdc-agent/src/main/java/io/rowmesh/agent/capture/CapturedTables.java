package io.rowmesh.agent.capture;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The captured tables in the form they have now, read from the catalog again whenever Debezium notices a change of one. */
final class CapturedTables {

    private record Known(Schema schema, CapturedTable table) {
    }

    private final Connection connection;
    private final Set<TableId> captured;
    private final Map<TableId, Known> known = new HashMap<>();

    CapturedTables(Connection connection, Set<TableId> captured) {
        this.connection = connection;
        this.captured = captured;
    }

    /** Debezium's own filter ignores case, so it lets through more than was asked for. */
    boolean isCaptured(TableId id) {
        return captured.contains(id);
    }

    /** @param schema of Debezium's row images of this table */
    CapturedTable table(TableId id, Schema schema) {
        Known latest = known.get(id);
        if (latest == null || latest.schema() != schema) {
            latest = new Known(schema, describe(id, schema));
            known.put(id, latest);
        }
        return latest.table();
    }

    private CapturedTable describe(TableId id, Schema schema) {
        try {
            CatalogTable table = Catalog.read(connection, id).orElseThrow(() -> new CaptureException("table " + id
                    + " is gone, but the log still has changes of it: create it again with its key, until they are captured"));
            return describe(table, schema);
        } catch (SQLException e) {
            throw new CaptureException("cannot read the definition of table " + id + ": " + e.getMessage(), e);
        }
    }

    /** A column that was dropped since, or that did not exist yet when the change was written, is not carried. */
    static CapturedTable describe(CatalogTable table, Schema schema) {
        List<String> problems = CaptureCheck.ofTable(table);
        if (!problems.isEmpty()) {
            throw new CaptureException("table " + table.id() + ": " + problems.get(0));
        }
        requireNotRenamed(table, schema);
        List<Column> columns = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        for (CatalogColumn column : table.columns()) {
            Field field = schema.field(column.name());
            if (field != null) {
                columns.add(new Column(column.name(), column.type(), column.key()));
                fields.add(field);
            }
        }
        return new CapturedTable(new TableShape(table.id(), columns), fields.toArray(Field[]::new), table.replicaIdentity() == 'f');
    }

    /**
     * A column under its new name in the catalog and its old one in the log would be carried under neither. Whether one was
     * renamed, or one dropped and another added, cannot be told: both wait for a person.
     */
    private static void requireNotRenamed(CatalogTable table, Schema schema) {
        // Computed columns are not in the log, so they are missing there without having been renamed.
        List<String> added = table.columns().stream().filter(column -> !column.generated()).map(CatalogColumn::name)
                .filter(name -> schema.field(name) == null).toList();
        Set<String> present = table.columns().stream().map(CatalogColumn::name).collect(Collectors.toSet());
        List<String> gone = schema.fields().stream().map(Field::name).filter(name -> !present.contains(name)).toList();
        if (!added.isEmpty() && !gone.isEmpty()) {
            throw new CaptureException("table " + table.id() + ": the log has changes from before column " + String.join(", ", gone)
                    + " was renamed (to " + String.join(", ", added) + "?) or dropped: rename it back, or add a column "
                    + gone.get(0) + " of its type, until they are captured");
        }
    }
}
