package io.rowmesh.testbed.simulation;

/** For small scopes: what is not a matter of order is always the same; commits are always slow. */
final class FixedChoices implements Choices {

    @Override
    public int next(int bound) {
        return 0;
    }

    @Override
    public boolean perMille(int times) {
        return times >= 150;
    }
}
