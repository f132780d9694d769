package io.rowmesh.node.prepare;

import io.rowmesh.node.config.NodeConfig;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Columns that the configuration calls private: a name that meets nothing would leave values in the clear. */
final class PrivateFindings {

    private PrivateFindings() {
    }

    static List<Finding> of(NodeConfig config, Collection<TableState> tables) {
        List<Finding> findings = new ArrayList<>();
        for (NodeConfig.PrivateColumns rule : config.privates()) {
            List<TableState> matching = tables.stream().filter(table -> rule.match().matches(table.id())).toList();
            for (String column : rule.columns()) {
                if (matching.stream().noneMatch(table -> has(table, column))) {
                    findings.add(Finding.note("no table that matches " + rule.match() + " has the private column " + column,
                            "It may be mistyped, and then its values stand in the conflict history."));
                }
            }
            for (TableState table : matching) {
                table.columns().stream().filter(column -> column.key() && rule.columns().contains(column.name()))
                        .forEach(column -> findings.add(Finding.note("the private column " + column.name() + " of " + table.id() + " belongs to the key",
                                "Keys are not hashed: tombstones and the conflict history name rows by them.")));
            }
        }
        return findings;
    }

    private static boolean has(TableState table, String column) {
        return table.columns().stream().anyMatch(c -> c.name().equals(column));
    }
}
