package io.rowmesh.testbed.simulation;

/** Choices drawn from a seed by SplitMix64: the same on every machine and every version of Java. */
final class SeededChoices implements Choices {

    private long state;

    SeededChoices(long seed) {
        this.state = seed * 0x9e3779b97f4a7c15L + 0x1234567;
    }

    @Override
    public int next(int bound) {
        state += 0x9e3779b97f4a7c15L;
        long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return (int) (((z ^ z >>> 31) >>> 33) * bound >>> 31);
    }
}
