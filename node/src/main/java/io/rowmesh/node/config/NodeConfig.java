package io.rowmesh.node.config;

import io.rowmesh.schema.stream.Endpoint;
import io.rowmesh.applier.write.ApplierSession;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.TableId;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The configuration of one region's node, read by {@link ConfigFile}.
 *
 * @param heartbeatInterval how often the node writes its heartbeat row
 * @param maxClockSkew      beyond it, nothing is applied from the region whose clock is ahead
 * @param maxSilence        a region of which nothing was applied here for longer is fenced
 * @param privates          columns whose values stand in the conflict history as hashes only
 * @param keepConflicts     how long a conflict stays in the history
 */
public record NodeConfig(
        String region,
        Database database,
        Listen listen,
        Optional<Tls> tls,
        List<Peer> peers,
        List<TableRule> tables,
        List<ConflictRule> rules,
        Path dataDir,
        Duration heartbeatInterval,
        Duration maxClockSkew,
        Duration maxSilence,
        long changeLogMaxBytes,
        List<PrivateColumns> privates,
        Duration keepConflicts) {

    /** The local replication origin under which the node's own repairs are written. No region may be called self. */
    public static final String SELF_ORIGIN = ApplierSession.originName(ApplierSession.SELF);

    /** The local replication origin under which rows are written anew for their age. */
    public static final String AGED_ROWS_ORIGIN = ApplierSession.originName(ReplicationOrigin.AGED_ROWS);

    public NodeConfig {
        peers = List.copyOf(peers);
        tables = List.copyOf(tables);
        rules = List.copyOf(rules);
        privates = List.copyOf(privates);
    }

    /** The columns of a table whose values must not stand in the conflict history. */
    public Set<String> privateColumns(TableId table) {
        return privates.stream().filter(rule -> rule.match().matches(table)).flatMap(rule -> rule.columns().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The name of the local replication origin under which a region's changes are applied. */
    public static String replicationOrigin(String region) {
        return ApplierSession.originName(region);
    }

    /** The names of all local replication origins that this node needs. */
    public List<String> replicationOrigins() {
        return java.util.stream.Stream.concat(peers.stream().map(peer -> replicationOrigin(peer.region())),
                java.util.stream.Stream.of(SELF_ORIGIN, AGED_ROWS_ORIGIN)).toList();
    }

    /** Where the node listens: shipping for other regions' nodes, admin for people and monitoring. */
    public record Listen(Endpoint shipping, Endpoint admin) {
    }

    /** PEM files. The certificate's common name is the region. */
    public record Tls(Path certificate, Path key, Path authority) {
    }

    /** Another region's node. */
    public record Peer(String region, Endpoint address) {
    }

    /** A table takes the mode of the last of these that matches it. */
    public record TableRule(TableGlob match, TableMode mode) {
    }

    /** Columns, by exact name, of all tables that match. */
    public record PrivateColumns(TableGlob match, List<String> columns) {

        public PrivateColumns {
            columns = List.copyOf(columns);
        }
    }

    /** Whether some table's rule may decide by what was seen: then that must be exact, whether the table exists yet or not. */
    public boolean decidesBySeen() {
        return rules.stream().anyMatch(rule -> rule.rules().deciding());
    }

    /** Whether some table's rule may hide rows, whether the table exists yet or not. */
    public boolean hidesRows() {
        return rules.stream().anyMatch(rule -> rule.rules().newestOfUnique());
    }

    /** A table takes the rule of the last of these that matches it, and last-write-wins if none does. */
    public record ConflictRule(TableGlob match, TableRules rules) {
    }
}
