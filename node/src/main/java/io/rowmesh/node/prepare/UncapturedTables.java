package io.rowmesh.node.prepare;

import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSchema;

import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Tables that are to be sent and are not, because they came, or were replaced by another of their name, after the node's start. */
public final class UncapturedTables {

    private UncapturedTables() {
    }

    /**
     * Reads them from the catalog, in the order of their names.
     *
     * @param captured the tables that the running capture was told to read
     */
    public static List<TableId> read(NodeConfig config, Set<TableId> captured, Connection connection) {
        List<TableId> sending = ResolvedTables.read(config, connection).sending();
        // On MySQL nothing but the table's name says that it is captured.
        return of(sending, captured, config.database() instanceof Database.Postgres postgres
                ? PublicationFindings.members(ControlSchema.sql(connection), postgres.publication()) : sending);
    }

    /** A publication holds the table itself, not its name: one that took over the name is not in it. */
    static List<TableId> of(List<TableId> sending, Set<TableId> captured, Collection<TableId> published) {
        Set<TableId> publishedNow = Set.copyOf(published);
        return sending.stream().filter(table -> !captured.contains(table) || !publishedNow.contains(table)).toList();
    }
}
