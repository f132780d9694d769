package io.rowmesh.node.prepare;

import io.rowmesh.applier.write.UniqueIndexes;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.schema.TableId;
import org.jooq.DSLContext;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What unique: newest-wins needs of its tables: unique keys that rows alone decide, and nobody who refers to a row that may be hidden. */
final class UniqueFindings {

    private static final String REFERRING = """
            select k.conname, n.nspname, c.relname from pg_constraint k join pg_class c on c.oid = k.conrelid
            join pg_namespace n on n.oid = c.relnamespace join pg_class r on r.oid = k.confrelid join pg_namespace m on m.oid = r.relnamespace
            where k.contype = 'f' and k.conparentid = 0 and m.nspname = ? and r.relname = ? order by 1""";

    private UniqueFindings() {
    }

    static List<Finding> of(DSLContext sql, NodeConfig config, Collection<TableState> tables) {
        List<Finding> findings = new ArrayList<>();
        for (TableState table : tables) {
            if (ResolvedTables.rules(config.rules(), table.id()).newestOfUnique()) {
                of(sql, table, findings);
            }
        }
        return findings;
    }

    private static void of(DSLContext sql, TableState state, List<Finding> findings) {
        TableId table = state.id();
        if (state.mode() != TableMode.ACTIVE_ACTIVE) {
            findings.add(Finding.lacking("the rule of " + table + " is unique: newest-wins, and its mode is " + state.mode().text(),
                    "A region that keeps its writes, or takes none, would show other rows: set its mode to active-active, or set unique: park."));
        }
        for (UniqueIndexes.Index index : sql.connectionResult(connection -> UniqueIndexes.of(connection, table))) {
            if (index.refusal() != null) {
                findings.add(Finding.lacking("the unique key " + index.name() + " of " + table + " " + index.refusal(),
                        "unique: newest-wins decides plain unique keys only: make it one, or set unique: park."));
            }
        }
        sql.fetch(REFERRING, table.schema(), table.name()).forEach(row -> findings.add(Finding.lacking(
                "the foreign key " + row.get(0, String.class) + " of " + new TableId(row.get(1, String.class), row.get(2, String.class)) + " refers to " + table,
                "A row that unique: newest-wins hides would leave the rows that refer to it without it: set unique: park.")));
    }
}
