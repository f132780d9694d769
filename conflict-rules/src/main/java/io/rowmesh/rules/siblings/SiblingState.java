package io.rowmesh.rules.siblings;

import java.util.Comparator;
import java.util.List;

/** The writes of a key that did not see each other, sorted by version, the newest last. */
public record SiblingState(List<Sibling> siblings) {

    static final SiblingState NONE = new SiblingState(List.of());

    public SiblingState {
        siblings = siblings.stream().sorted(Comparator.comparing(Sibling::stamp)).toList();
    }
}
