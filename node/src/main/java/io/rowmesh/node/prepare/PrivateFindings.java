package io.rowmesh.node.prepare;

import io.rowmesh.node.config.NodeConfig;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Columns that the configuration calls private: a name that meets nothing would leave values in the clear. */
final class PrivateFindings {

    private PrivateFindings() {
    }

    static List<Finding> of(NodeConfig config, Collection<KeyedColumns> tables) {
        List<Finding> findings = new ArrayList<>();
        for (NodeConfig.PrivateColumns rule : config.privates()) {
            List<KeyedColumns> matching = tables.stream().filter(table -> rule.match().matches(table.id())).toList();
            for (String column : rule.columns()) {
                if (matching.stream().noneMatch(table -> table.all().contains(column))) {
                    findings.add(Finding.note("no table that matches " + rule.match() + " has the private column " + column,
                            "It may be mistyped, and then its values stand in the conflict history."));
                }
            }
            for (KeyedColumns table : matching) {
                table.key().stream().filter(rule.columns()::contains)
                        .forEach(column -> findings.add(Finding.note("the private column " + column + " of " + table.id() + " belongs to the key",
                                "Keys are not hashed: tombstones and the conflict history name rows by them.")));
            }
        }
        return findings;
    }
}
