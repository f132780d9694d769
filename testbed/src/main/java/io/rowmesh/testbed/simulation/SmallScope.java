package io.rowmesh.testbed.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Every history of a small scope: a few statements in some regions, over a row that all regions have (or none has), and all
 * schedules that deviate from a given one in at most so many places. A schedule lets one actor go on until it has nothing to do,
 * then the next; a deviation puts another actor in its place at one step. Found by replaying prefixes of deviations.
 */
public final class SmallScope {

    /**
     * A scope.
     *
     * @param statements for each session its region and then its statements: kind, key, other key
     * @param rowBefore  whether a row with key 0 is everywhere before
     * @param pace       microseconds between steps
     */
    public record Script(int regions, List<Session> statements, boolean rowBefore, int pace) {
    }

    record Session(int region, List<int[]> statements) {
    }

    /** How many schedules there were, and what the first bad one showed; null when none was bad. */
    public record Result(long schedules, String fault) {
    }

    private final Script script;
    private final Fault planted;
    private final int deviations;
    /** The deviations of the schedule that runs: at which step, and to which actor (counted from the one whose turn it is). */
    private final int[] at;
    private final int[] to;
    private final List<Integer> order;
    private final int actors;
    private int steps;
    private long schedules;

    /** @param order a seed for the order in which actors have their turns */
    public SmallScope(Script script, Fault planted, int deviations, long order) {
        this.script = script;
        this.planted = planted;
        this.deviations = deviations;
        this.at = new int[deviations];
        this.to = new int[deviations];
        this.order = new ArrayList<>();
        World probe = world();
        for (int i = 0; i < probe.actors().size(); i++) {
            this.order.add(i);
        }
        this.actors = this.order.size();
        Collections.shuffle(this.order, new java.util.Random(order));
    }

    /** Runs all of them, or those before the first that is bad. */
    public Result run() {
        try {
            all(0, 0);
            return new Result(schedules, null);
        } catch (Broken e) {
            return new Result(schedules, e.getMessage() + ", order " + order + ", deviations at " + Arrays.toString(at) + " to "
                    + Arrays.toString(to));
        }
    }

    /** The schedule with the deviations so far, and all that deviate further on once more. */
    private void all(int used, int from) {
        if (!runOne(used)) {
            return;
        }
        schedules++;
        int last = steps;
        for (int step = from; used < deviations && step < last; step++) {
            for (int actor = 1; actor < actors; actor++) {
                at[used] = step;
                to[used] = actor;
                all(used + 1, step + 1);
            }
        }
    }

    private World world() {
        Profile profile = new Profile.Draft().regions(script.regions()).keys(2).statements(1).mix(1, 0, 0, 0, 0, 0).delay(1)
                .slowCommits(1_000).unbatched(1_000).stall(1).tables(Profile.ONLY_ROWS).done();
        World world = new World(new FixedChoices(), profile, planted, null);
        if (script.rowBefore()) {
            world.actors().add(0, LocalSession.scripted(world.regions[0], List.of(new int[] {LocalSession.INSERT, 0, 0})));
            while (!world.isQuiet()) {
                world.now++;
                world.actors().forEach(Actor::step);
            }
            world.actors().remove(0);
        }
        for (int i = script.statements().size() - 1; i >= 0; i--) {
            Session session = script.statements().get(i);
            world.actors().add(0, LocalSession.scripted(world.regions[session.region()], session.statements()));
        }
        return world;
    }

    /** @return false when a deviation leads to somebody who has nothing to do: the same schedule as without it */
    private boolean runOne(int used) {
        World world = world();
        int turn = 0;
        int next = 0;
        int idle = 0;
        steps = 0;
        while (!world.isQuiet()) {
            world.now += script.pace();
            if (next < used && at[next] == steps) {
                turn = (turn + to[next]) % actors;
                next++;
                if (!world.actors().get(order.get(turn)).step()) {
                    return false;
                }
                steps++;
                continue;
            }
            if (world.actors().get(order.get(turn)).step()) {
                steps++;
                idle = 0;
                continue;
            }
            turn = (turn + 1) % actors;
            if (++idle > actors) {
                world.now++;
                idle = 0;
                if (world.now > 100_000) {
                    throw new Broken("stuck");
                }
            }
        }
        new Oracle(world).check();
        return true;
    }
}
