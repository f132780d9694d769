package io.rowmesh.applier.write;

import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.TableId;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the writing side of a node needs to know.
 *
 * @param region       this region
 * @param peers        the other regions
 * @param receives     whether changes of a table from other regions are applied here
 * @param rules        what decides concurrent writes of a table
 * @param isPrivate    whether the values of a column stand in the conflict history as hashes only
 * @param maxClockSkew how far a change's timestamp may lie ahead of the local database's clock before applying stops
 * @param hidesRows    whether some table's rules may hide rows, be the table there yet or not
 */
public record ApplierOptions(String region, Set<String> peers, Predicate<TableId> receives,
                             Function<TableId, TableRules> rules, BiPredicate<TableId, String> isPrivate, Duration maxClockSkew,
                             boolean hidesRows) {

    /** Where any table's rules may hide rows. */
    public ApplierOptions(String region, Set<String> peers, Predicate<TableId> receives, Function<TableId, TableRules> rules,
                          BiPredicate<TableId, String> isPrivate, Duration maxClockSkew) {
        this(region, peers, receives, rules, isPrivate, maxClockSkew, true);
    }

    /** With last-write-wins for every table, and nothing private. */
    public ApplierOptions(String region, Set<String> peers, Predicate<TableId> receives, Duration maxClockSkew) {
        this(region, peers, receives, table -> TableRules.LAST_WRITE_WINS, (table, column) -> false, maxClockSkew, false);
    }

    /** All regions of the mesh, this one included, in the order that decides ties. */
    public List<String> regions() {
        return java.util.stream.Stream.concat(peers.stream(), java.util.stream.Stream.of(region))
                .sorted(io.rowmesh.schema.Version::compareRegions).toList();
    }
}
