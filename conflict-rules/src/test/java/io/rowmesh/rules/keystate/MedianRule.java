package io.rowmesh.rules.keystate;

import io.rowmesh.rules.siblings.CustomRule;
import io.rowmesh.rules.siblings.Sibling;

import java.util.List;

/** A custom rule that takes another one when a losing sibling is missing. */
public final class MedianRule implements CustomRule {

    @Override
    public String name() {
        return "median";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public Sibling choose(List<Sibling> siblings) {
        return siblings.get(siblings.size() / 2);
    }
}
