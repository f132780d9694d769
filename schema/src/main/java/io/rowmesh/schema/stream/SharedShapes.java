package io.rowmesh.schema.stream;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.types.TypeMapping;
import io.rowmesh.schema.types.TypeMappings;
import io.rowmesh.schema.types.Verdict;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The columns of a region's tables, which two regions tell each other when a stream begins: what cannot be carried between their
 * databases is refused before the first row.
 *
 * @param region this region
 * @param tables as they are in its database
 */
public record SharedShapes(String region, List<TableShape> tables) {

    /** PostgreSQL's types are compared by the database itself. */
    private static final String MYSQL = "mysql:";

    public SharedShapes {
        tables = List.copyOf(tables);
    }

    /** Where nothing is compared. */
    public static SharedShapes none(String region) {
        return new SharedShapes(region, List.of());
    }

    /** One sentence about the first column of theirs whose values cannot stand here; empty when there is none. */
    public Optional<String> refusesFrom(String other, List<TableShape> theirs) {
        return refused(other, theirs, region, tables);
    }

    /** One sentence about the first column of ours whose values cannot stand there; empty when there is none. */
    public Optional<String> refusedBy(String other, List<TableShape> theirs) {
        return refused(region, tables, other, theirs);
    }

    private static Optional<String> refused(String origin, List<TableShape> sources, String target, List<TableShape> targets) {
        Map<TableId, TableShape> byId = targets.stream().collect(Collectors.toMap(TableShape::id, Function.identity()));
        return sources.stream().filter(source -> byId.containsKey(source.id()))
                .flatMap(source -> refused(origin, source, target, byId.get(source.id())).stream()).findFirst();
    }

    /** Columns that only one of them has are met by their first row. */
    private static Optional<String> refused(String origin, TableShape source, String target, TableShape local) {
        Map<String, Column> columns = local.columns().stream().collect(Collectors.toMap(Column::name, Function.identity()));
        for (Column column : source.columns()) {
            Column here = columns.get(column.name());
            if (here != null && (column.type().startsWith(MYSQL) || here.type().startsWith(MYSQL))) {
                TypeMapping mapping = TypeMappings.between(column.type(), here.type());
                if (mapping.verdict() == Verdict.REFUSED) {
                    return Optional.of("column " + column.name() + " of table " + source.id() + " is " + column.type() + " in " + origin + " and "
                            + here.type() + " in " + target + ", which cannot be carried: " + mapping.condition()
                            + "; give it a type of docs/types.md there and restart its node, or exclude the table");
                }
            }
        }
        return Optional.empty();
    }
}
