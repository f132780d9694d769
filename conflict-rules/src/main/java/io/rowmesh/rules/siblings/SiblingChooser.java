package io.rowmesh.rules.siblings;

import java.util.List;

/**
 * Chooses which of the siblings of a key is shown. It must be a function of the list and of nothing else, the same in all regions: then regions that hold the same siblings show the same row.
 */
@FunctionalInterface
public interface SiblingChooser {

    /**
     * @param siblings at least one, sorted by version, the newest last
     * @return one of them
     */
    Sibling choose(List<Sibling> siblings);
}
