package io.rowmesh.node.prepare;

import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.config.TableGlob;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSchema;

import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which tables of the database take part, and how. Ordinary tables and leaf partitions are; partitioned tables themselves,
 * temporary and foreign tables, system schemas and the schema rowmesh are not. Of MySQL it is the tables of the one database.
 *
 * @param modes         the tables that take part; none is {@code OFF}
 * @param matchlessText patterns of the configuration that match no table
 */
public record ResolvedTables(Map<TableId, TableMode> modes, List<String> matchlessText) {

    public ResolvedTables {
        modes = java.util.Collections.unmodifiableMap(new TreeMap<>(modes));
        matchlessText = List.copyOf(matchlessText);
    }

    /** Reads the tables from the catalog. */
    public static ResolvedTables read(NodeConfig config, Connection connection) {
        return of(config, config.database() instanceof Database.MySql database
                ? MySqlCatalog.tables(new MySqlServer(connection), database) : Catalog.tables(connection));
    }

    static ResolvedTables of(NodeConfig config, Collection<TableId> existing) {
        Map<TableId, TableMode> modes = new TreeMap<>();
        for (TableId table : existing) {
            TableMode mode = mode(config.tables(), table);
            if (mode != TableMode.OFF) {
                modes.put(table, mode);
            }
        }
        List<String> matchless = java.util.stream.Stream.concat(
                        config.tables().stream().map(NodeConfig.TableRule::match),
                        config.rules().stream().map(NodeConfig.ConflictRule::match))
                .filter(glob -> existing.stream().noneMatch(glob::matches)).map(TableGlob::text).distinct().toList();
        return new ResolvedTables(modes, matchless);
    }

    /**
     * The last rule that matches decides; a table that none matches is off, and so is every one of the schemas that never
     * take part. Whether the table exists does not matter.
     */
    public static TableMode mode(List<NodeConfig.TableRule> rules, TableId table) {
        TableMode mode = TableMode.OFF;
        if (neverTakesPart(table.schema())) {
            return mode;
        }
        for (NodeConfig.TableRule rule : rules) {
            mode = rule.match().matches(table) ? rule.mode() : mode;
        }
        return mode;
    }

    /** What decides concurrent writes of a table: the last that matches, last-write-wins if none does. */
    public static TableRules rules(List<NodeConfig.ConflictRule> rules, TableId table) {
        TableRules found = TableRules.LAST_WRITE_WINS;
        for (NodeConfig.ConflictRule rule : neverTakesPart(table.schema()) ? List.<NodeConfig.ConflictRule>of() : rules) {
            found = rule.match().matches(table) ? rule.rules() : found;
        }
        return found;
    }

    private static boolean neverTakesPart(String schema) {
        return schema.equals("information_schema") || schema.equals(ControlSchema.NAME) || schema.startsWith("pg_");
    }

    /** Tables whose local changes are shipped. */
    public List<TableId> sending() {
        return modes.keySet().stream().filter(table -> modes.get(table).sends()).toList();
    }

    /** Tables to which changes of other regions are applied. */
    public List<TableId> receiving() {
        return modes.keySet().stream().filter(table -> modes.get(table).receives()).toList();
    }
}
