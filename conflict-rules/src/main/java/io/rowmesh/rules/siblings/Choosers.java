package io.rowmesh.rules.siblings;

import io.rowmesh.rules.TableRules;

import java.util.Comparator;
import java.util.List;

/** The choosers of the rules. */
public final class Choosers {

    private Choosers() {
    }

    /** @throws IllegalArgumentException when the rule chooses nothing, or when no class has the custom rule's name */
    public static SiblingChooser of(TableRules rules) {
        return switch (rules.row()) {
            case REGION_PRIORITY -> regionPriority(rules.priority());
            case HOME_REGION -> homeRegion(rules.home());
            case PARK -> Choosers::newest;
            case CUSTOM -> custom(CustomRules.named(rules.custom()));
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

    /** Until a person settles it. */
    private static Sibling newest(List<Sibling> siblings) {
        return siblings.get(siblings.size() - 1);
    }

    private static Sibling greatest(List<Sibling> siblings, Comparator<Sibling> first) {
        return siblings.stream().max(first.thenComparing(Sibling::stamp)).orElseThrow();
    }

    /**
     * As a user's class may fail, or answer what it was not given, the newest stands in for its answer: that depends on the siblings
     * alone, as the failure does, so that all regions still show the same one.
     */
    static SiblingChooser custom(CustomRule rule) {
        return siblings -> {
            try {
                Sibling chosen = rule.choose(siblings);
                return siblings.contains(chosen) ? chosen : newest(siblings);
            } catch (RuntimeException e) {
                return newest(siblings);
            }
        };
    }
}
