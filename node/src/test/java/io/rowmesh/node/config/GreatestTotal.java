package io.rowmesh.node.config;

import io.rowmesh.rules.siblings.CustomRule;
import io.rowmesh.rules.siblings.Sibling;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;

/** As docs/rules.md shows it: the order with the greatest total stays; a deleted one has none. */
public final class GreatestTotal implements CustomRule {

    @Override
    public String name() {
        return "greatest-total";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public Sibling choose(List<Sibling> siblings) {
        return siblings.stream().max(Comparator.comparing(GreatestTotal::total).thenComparing(Sibling::stamp)).orElseThrow();
    }

    private static BigDecimal total(Sibling sibling) {
        return sibling.deleted() ? BigDecimal.ZERO : new BigDecimal(sibling.values().get("total"));
    }
}
