package io.rowmesh.testbed.simulation;

/** Choices drawn from a seed by SplitMix64: the same on every machine and every version of Java. */
final class SeededChoices implements Choices {

    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    /** Mixed, as the numbers of two seeds side by side would otherwise be the same ones, shifted by one. */
    SeededChoices(long seed) {
        this.state = mixed(seed * GAMMA + 0x1234567);
    }

    @Override
    public int next(int bound) {
        state += GAMMA;
        return (int) ((mixed(state) >>> 33) * bound >>> 31);
    }

    private static long mixed(long from) {
        long z = (from ^ from >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
