package io.rowmesh.testbed.simulation;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All orders in which what happens in one region can happen: the statements and commits of its users, the steps of its capture and of
 * the lanes that bring what other regions wrote, and the passing of time. Every step of anybody may be followed by a step of anybody
 * else; states that were reached before in another order are not gone through again ({@link Fingerprint}), so the search ends with
 * all of them seen. What other regions ship is there from the start and can come at any time later.
 *
 * <p>That suffices to show that regions end equal: the oracle that each final state is compared with knows only the set of
 * operations, and regions share nothing but what they ship. What a region ships is taken for given with every place that its
 * timestamp can have.
 */
final class EveryOrder {

    /**
     * What happens.
     *
     * @param region    the region that is looked at
     * @param local     statements of users there, each of a session of its own: kind, key, other key
     * @param remote    what the other regions write before
     * @param rowBefore whether a row with key 0 is everywhere before
     * @param mySql     whether all databases behave as MySQL does
     */
    record Plot(int region, List<int[]> local, List<Remote> remote, boolean rowBefore, int tables, boolean mySql) {

        @Override
        public String toString() {
            return "region " + World.NAMES[region] + ", users " + local.stream().map(Arrays::toString).toList() + ", others " + remote
                    + (rowBefore ? ", a row before" : ", no row before");
        }
    }

    /**
     * An operation of another region.
     *
     * @param offset its timestamp, microseconds after those that the region's clock shows first
     * @param saw    whether its region had applied the former operations of the other one
     */
    record Remote(int region, int[] statement, int offset, boolean saw) {

        Remote saw(boolean former) {
            return new Remote(region, statement, offset, former);
        }

        @Override
        public String toString() {
            return World.NAMES[region] + Arrays.toString(statement) + (offset < 0 ? "" : "+") + offset + (saw ? " saw" : "");
        }
    }

    /**
     * How many states there were, how many of them final, and what the first bad one showed.
     *
     * @param outcomes what the final ones held that were not bad ({@link Scene#outcome})
     * @param fault    null when none was bad
     */
    record Result(long states, long ends, Set<String> outcomes, String fault) {
    }

    /**
     * Where to go on: at the state that these took the steps to, with the steps that are left there.
     *
     * @param next  the first actor whose step was not taken there
     * @param moved whether a step of somebody before led further
     */
    private record Branch(int[] steps, Fingerprint.Value print, int next, boolean moved) {

        Branch after(int actor, Fingerprint.Value reached) {
            int[] further = Arrays.copyOf(steps, steps.length + 1);
            further[steps.length] = actor;
            return new Branch(further, reached, 0, false);
        }
    }

    private final Plot plot;
    private final Fault planted;
    private final Scene.Reader reader;
    private final boolean reduced;
    private final Set<Fingerprint.Value> seen = new HashSet<>();
    private final Deque<Branch> open = new ArrayDeque<>();
    private final Set<String> outcomes = new HashSet<>();
    private Branch here;
    private long ends;

    /** @param reader of this thread; it learns */
    EveryOrder(Plot plot, Fault planted, Scene.Reader reader) {
        this(plot, planted, reader, true);
    }

    /** @param reduced whether steps that nobody else can tell the time of are taken at once, and users with equal statements in one order */
    EveryOrder(Plot plot, Fault planted, Scene.Reader reader, boolean reduced) {
        this.plot = plot;
        this.planted = planted;
        this.reader = reader;
        this.reduced = reduced;
    }

    Result run() {
        Scene scene = new Scene(plot, planted, reduced);
        here = new Branch(new int[0], reader.of(scene), 0, false);
        seen.add(here.print());
        try {
            open.push(here);
            while (!open.isEmpty()) {
                here = open.pop();
                scene = scene.again();
                scene.replay(here.steps());
                follow(scene);
            }
            return new Result(seen.size(), ends, outcomes, null);
        } catch (Broken e) {
            return new Result(seen.size(), ends, outcomes, e.getMessage() + ": " + plot + ", steps of " + Arrays.toString(here.steps()) + " then anybody");
        }
    }

    /**
     * On from here as long as somebody's step leads to what was not met before; what others could have done on the way is left open.
     * Where nobody can take a step, this is an end.
     *
     * @param scene as it is here; a step that changes nothing leaves it so
     */
    private void follow(Scene scene) {
        int actor = here.next();
        while (actor < scene.actors()) {
            if (!scene.mayStep(actor)) {
                actor++;
                continue;
            }
            scene.step(actor);
            Fingerprint.Value reached = reader.of(scene);
            if (reached.equals(here.print())) {
                actor++;
                continue;
            }
            leaveOpen(scene, actor + 1);
            if (!seen.add(reached)) {
                return;
            }
            here = here.after(actor, reached);
            actor = 0;
        }
        if (!here.moved()) {
            ends++;
            finish();
        }
    }

    /** In a world of its own, where all others go on as well. */
    private void finish() {
        Scene whole = new Scene(plot, planted, reduced);
        whole.replay(here.steps());
        if (!reader.of(whole).equals(here.print())) {
            throw new IllegalStateException("the same steps led elsewhere: " + plot + ", steps of " + Arrays.toString(here.steps()));
        }
        whole.finish();
        outcomes.add(whole.outcome());
    }

    private void leaveOpen(Scene scene, int from) {
        int next = from;
        while (next < scene.actors() && !scene.mayStep(next)) {
            next++;
        }
        if (next < scene.actors()) {
            open.push(new Branch(here.steps(), here.print(), next, true));
        }
    }
}
