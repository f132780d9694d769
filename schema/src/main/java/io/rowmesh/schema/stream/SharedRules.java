package io.rowmesh.schema.stream;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.wire.TableRule;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What decides concurrent writes of each table, which two regions tell each other when a stream begins: under different rules
 * they would keep different rows for ever, and nothing would say so.
 *
 * @param region this region
 * @param stated tables that take part here under another rule than last-write-wins, and that rule as one canonical line
 * @param here   the line of any table; empty when it takes no part here
 */
public record SharedRules(String region, Map<TableId, String> stated, Function<TableId, Optional<String>> here) {

    public SharedRules {
        stated = Map.copyOf(stated);
    }

    /** Where nothing but last-write-wins is in use and nothing is compared. */
    public static SharedRules none(String region) {
        return new SharedRules(region, Map.of(), table -> Optional.empty());
    }

    public List<TableRule> toWire() {
        return stated.entrySet().stream().map(rule -> TableRule.newBuilder().setSchema(rule.getKey().schema())
                .setName(rule.getKey().name()).setRule(rule.getValue()).build()).toList();
    }

    /** One sentence about the first table that the other region decides otherwise; empty when there is none. */
    public Optional<String> difference(String other, List<TableRule> theirs) {
        for (TableRule rule : theirs) {
            TableId table = new TableId(rule.getSchema(), rule.getName());
            Optional<String> ours = here.apply(table);
            if (ours.isPresent() && !ours.get().equals(rule.getRule())) {
                return Optional.of("conflicts in " + table + " are decided by '" + ours.get() + "' in " + region + " and by '"
                        + rule.getRule() + "' in " + other + ", and its rows would differ for ever; give it the same rule in both");
            }
        }
        return Optional.empty();
    }
}
