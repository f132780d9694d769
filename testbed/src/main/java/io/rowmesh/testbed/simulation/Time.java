package io.rowmesh.testbed.simulation;

/** In a {@link Scene}, time passes once, past all that was written with a later timestamp. */
final class Time implements Actor {

    private static final int STEP_MICROS = 20;

    private final World world;
    private boolean passed;

    Time(World world) {
        this.world = world;
    }

    @Override
    public boolean step() {
        if (passed) {
            return false;
        }
        passed = true;
        world.now += STEP_MICROS;
        return true;
    }

    @Override
    public boolean isQuiet() {
        return passed;
    }
}
