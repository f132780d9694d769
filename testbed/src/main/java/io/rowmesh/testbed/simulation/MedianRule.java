package io.rowmesh.testbed.simulation;

import io.rowmesh.rules.siblings.CustomRule;
import io.rowmesh.rules.siblings.Sibling;

import java.util.List;

/** A custom rule that depends on the whole set: without one of the others it takes another one. Found as a user's would be. */
public final class MedianRule implements CustomRule {

    static final String NAME = "simulated-median";

    @Override
    public String name() {
        return NAME;
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
