package io.rowmesh.testbed.simulation;

import java.util.function.Consumer;

/** Runs histories, each wholly determined by its seed. */
public final class Simulation {

    private Simulation() {
    }

    /**
     * How a history went.
     *
     * @param events how many events it had
     * @param fault  what was wrong with it; null when nothing was
     */
    public record Result(long seed, long events, String fault) {
    }

    /**
     * @param planted the fault to switch on; null for none
     * @param trace   gets a line for each thing that happens; null for none
     */
    public static Result run(long seed, Fault planted, Consumer<String> trace) {
        return run(seed, Rules.ALL, planted, trace);
    }

    /** @param rules the tables that there may be */
    public static Result run(long seed, Rules rules, Fault planted, Consumer<String> trace) {
        Choices choices = new SeededChoices(seed);
        Profile profile = Profiles.draw(choices, rules);
        if (trace != null) {
            trace.accept(profile.toString());
        }
        World world = new World(choices, profile, planted, trace);
        try {
            world.run();
            return new Result(seed, world.events, null);
        } catch (Broken e) {
            return new Result(seed, world.events, e.getMessage());
        }
    }
}
