package io.rowmesh.node;

import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.prepare.ResolvedTables;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.TableId;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What the configuration tells the applier. */
public final class ApplierSettings {

    private ApplierSettings() {
    }

    /** By name, not by what exists now: a table that is created later receives at once, and until then its rows are parked. */
    public static ApplierOptions of(NodeConfig config) {
        Map<TableId, Boolean> receives = new ConcurrentHashMap<>();
        Map<TableId, TableRules> rules = new ConcurrentHashMap<>();
        Map<TableId, Set<String>> privates = new ConcurrentHashMap<>();
        return new ApplierOptions(config.region(), peers(config), table -> receives.computeIfAbsent(table, known -> receives(config, known)),
                table -> rules.computeIfAbsent(table, known -> ResolvedTables.rules(config.rules(), known)),
                (table, column) -> privates.computeIfAbsent(table, config::privateColumns).contains(column), config.maxClockSkew(),
                config.hidesRows());
    }

    static Set<String> peers(NodeConfig config) {
        return config.peers().stream().map(NodeConfig.Peer::region).collect(Collectors.toUnmodifiableSet());
    }

    private static boolean receives(NodeConfig config, TableId table) {
        return table.equals(CaptureOptions.HEARTBEAT) || ResolvedTables.mode(config.tables(), table).receives();
    }
}
