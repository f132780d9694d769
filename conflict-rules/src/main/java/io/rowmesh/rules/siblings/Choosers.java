package io.rowmesh.rules.siblings;

import io.rowmesh.rules.TableRules;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The choosers of the rules. */
public final class Choosers {

    private Choosers() {
    }

    /**
     * @param region this region, which park asks for
     * @throws IllegalArgumentException when the rule chooses nothing, or when no class has the custom rule's name
     */
    public static SiblingChooser of(TableRules rules, String region) {
        return switch (rules.row()) {
            case REGION_PRIORITY -> regionPriority(rules.priority());
            case HOME_REGION -> homeRegion(rules.home());
            case PARK -> park(region);
            case CUSTOM -> custom(rules.custom());
            case LAST_WRITE_WINS, COLUMN_MERGE -> throw new IllegalArgumentException(rules.row().label() + " keeps no siblings");
        };
    }

    /** The sibling of the region that comes first in the list; regions that it does not name come last. */
    static SiblingChooser regionPriority(List<String> priority) {
        return siblings -> greatest(siblings, Comparator.comparingInt(sibling -> -rank(priority, sibling.region())));
    }

    private static int rank(List<String> priority, String region) {
        int at = priority.indexOf(region);
        return at < 0 ? priority.size() : at;
    }

    /** A sibling written by the region that its own home column names before all others; then the newest. */
    static SiblingChooser homeRegion(String column) {
        return siblings -> greatest(siblings, Comparator.comparing(sibling -> sibling.region().equals(sibling.values().get(column))));
    }

    /** The region's own sibling, so that its users' row stays as they wrote it until a person settles it; else the newest. */
    static SiblingChooser park(String region) {
        return siblings -> greatest(siblings, Comparator.comparing(sibling -> sibling.region().equals(region)));
    }

    private static Sibling greatest(List<Sibling> siblings, Comparator<Sibling> first) {
        return siblings.stream().max(first.thenComparing(Sibling::stamp)).orElseThrow();
    }

    private static SiblingChooser custom(String name) {
        CustomRule rule = ServiceLoader.load(CustomRule.class).stream().map(ServiceLoader.Provider::get)
                .filter(each -> each.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no class of the custom rule " + name + " is on the class path: it must"
                        + " implement " + CustomRule.class.getName() + " and be named in META-INF/services"));
        return siblings -> {
            Sibling chosen = rule.choose(siblings);
            if (!siblings.contains(chosen)) {
                throw new IllegalArgumentException("the custom rule " + name + " chose none of the siblings it was given");
            }
            return chosen;
        };
    }
}
