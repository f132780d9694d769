package io.rowmesh.rules;

import java.util.Optional;
import java.util.Set;

/** Which rules the configuration accepts: only those whose simulation is clean (docs/rules.md). */
public final class OfferedRules {

    /** As the configuration writes them. */
    private static final Set<String> OFFERED = Set.of("last-write-wins", "column-merge", "region-priority", "home-region", "custom", "park",
            "sum", "max", "min", "union", "unique: newest-wins");

    private OfferedRules() {
    }

    /** Why a rule cannot be used, or empty when it can. */
    public static Optional<String> refusal(String rule) {
        return OFFERED.contains(rule) ? Optional.empty() : Optional.of(rule + " is not offered yet: its simulation is not clean");
    }
}
