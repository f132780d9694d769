package io.rowmesh.node.config;

import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.siblings.CustomRules;
import tools.jackson.databind.JsonNode;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which conflict rules, and which mixes of them, are refused: those that can leave regions different, with the reason. */
final class ConflictRuleChecks {

    /** The keys that only one rule understands. */
    private static final Map<String, RowRule> OWN_KEYS = Map.of("columns", RowRule.LAST_WRITE_WINS, "groups", RowRule.COLUMN_MERGE,
            "priority", RowRule.REGION_PRIORITY, "column", RowRule.HOME_REGION, "name", RowRule.CUSTOM);
    private static final Set<RowRule> NEED_THEIR_KEY = Set.of(RowRule.REGION_PRIORITY, RowRule.HOME_REGION, RowRule.CUSTOM);

    private final YamlDocument document;
    private final Set<String> regions;

    /** @param regions all regions of the mesh, this one included */
    ConflictRuleChecks(YamlDocument document, Set<String> regions) {
        this.document = document;
        this.regions = regions;
    }

    void check() {
        for (int i = 0; i < document.tree().at("/rules").size(); i++) {
            check("/rules/" + i);
        }
    }

    private void check(String at) {
        String label = text(at + "/rule");
        if (label == null) {
            return;
        }
        RowRule rule = RowRule.parse(label);
        OWN_KEYS.forEach((key, owner) -> ownKey(at, key, owner, rule));
        groups(at + "/groups");
        priority(at + "/priority", rule);
        custom(at + "/name", rule);
        if ("newest-wins".equals(text(at + "/unique"))) {
            unique(at, rule);
        }
    }

    private void ownKey(String at, String key, RowRule owner, RowRule rule) {
        boolean given = !document.tree().at(at + "/" + key).isMissingNode();
        if (given && rule != owner) {
            problem(at + "/" + key, key.equals("columns") ? mixed(rule) : "belongs to the rule " + owner.label());
        } else if (!given && rule == owner && NEED_THEIR_KEY.contains(rule)) {
            problem(at + "/" + key, "is missing: " + rule.label() + " needs " + meaning(rule));
        }
    }

    /** Why columns of their own rules cannot stand on a table whose rows another rule decides. */
    private static String mixed(RowRule rule) {
        return rule == RowRule.COLUMN_MERGE
                ? "cannot be mixed with column-merge: a delete ends what a counter counts, while column-merge joins writes from before"
                        + " it as well, so regions could disagree on whether the row lives"
                : "cannot be mixed with " + rule.label() + ": a delete ends what a counter counts, while to " + rule.label()
                        + " it is a write like any other, so regions could disagree on whether the row lives";
    }

    private static String meaning(RowRule rule) {
        return switch (rule) {
            case REGION_PRIORITY -> "all regions in their order, such as [eu, us]";
            case HOME_REGION -> "the column that names the row's home region";
            case CUSTOM -> "the name of a custom rule";
            case LAST_WRITE_WINS, COLUMN_MERGE, PARK -> throw new IllegalArgumentException(rule + " needs nothing");
        };
    }

    /** Which row is the newest must be told by one version of the whole row. */
    private void unique(String at, RowRule rule) {
        if (rule != RowRule.LAST_WRITE_WINS) {
            problem(at + "/unique", "newest-wins cannot be mixed with " + rule.label() + ": it shows the newest of whole rows, which only"
                    + " last-write-wins has");
        } else if (!document.tree().at(at + "/columns").isMissingNode()) {
            problem(at + "/unique", "newest-wins cannot be mixed with columns: a row that is hidden would be counted in one region and not in"
                    + " another");
        }
    }

    private void groups(String at) {
        Set<String> seen = new HashSet<>();
        for (int g = 0; g < document.tree().at(at).size(); g++) {
            for (String column : texts(at + "/" + g)) {
                if (!seen.add(column)) {
                    problem(at + "/" + g, "names the column " + column + " a second time: a column has one last write, so one group");
                }
            }
        }
    }

    private void priority(String at, RowRule rule) {
        if (rule != RowRule.REGION_PRIORITY || document.tree().at(at).isMissingNode()) {
            return;
        }
        List<String> named = texts(at);
        Set<String> missing = new java.util.TreeSet<>(regions);
        named.forEach(missing::remove);
        named.stream().filter(region -> !regions.contains(region)).findFirst()
                .ifPresent(region -> problem(at, "names " + region + ", which is no region of this mesh"));
        if (!missing.isEmpty()) {
            problem(at, "lacks " + String.join(", ", missing) + ": a region without a place could win here and lose elsewhere");
        } else if (new HashSet<>(named).size() < named.size()) {
            problem(at, "names a region twice");
        }
    }

    private void custom(String at, RowRule rule) {
        String name = text(at);
        if (rule != RowRule.CUSTOM || name == null) {
            return;
        }
        try {
            CustomRules.named(name);
        } catch (IllegalArgumentException e) {
            problem(at, "cannot be used: " + e.getMessage());
        }
    }

    private String text(String at) {
        JsonNode value = document.tree().at(at);
        return value.isString() && !document.faulty(at) ? value.asString() : null;
    }

    private List<String> texts(String at) {
        return document.tree().at(at).valueStream().filter(JsonNode::isString).map(JsonNode::asString).toList();
    }

    private void problem(String at, String sentence) {
        document.problem(at, "'" + YamlDocument.path(at) + "' " + sentence);
    }
}
