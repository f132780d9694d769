package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.write.ApplierOptions;

import java.util.ArrayDeque;
import java.util.ArrayList;
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
     */
    record Plot(int region, List<int[]> local, List<Remote> remote, boolean rowBefore, int tables) {

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
     * @param saw    whether its region had applied the former remote operation
     */
    record Remote(int region, int[] statement, int offset, boolean saw) {

        @Override
        public String toString() {
            return World.NAMES[region] + Arrays.toString(statement) + (offset < 0 ? "" : "+") + offset + (saw ? " saw" : "");
        }
    }

    /** How many states there were, how many of them final, and what the first bad one showed; null when none was bad. */
    record Result(long states, long ends, String fault) {
    }

    /** Who took the steps that lead to a state, and its number. */
    private record State(int[] steps, Fingerprint.Value print) {
    }

    /** A user whose transaction begins with its statement. */
    private record User(LocalSession session) implements Actor {

        @Override
        public boolean step() {
            boolean begun = session.begins();
            return session.step() && (!begun || session.step());
        }

        @Override
        public boolean isQuiet() {
            return session.isQuiet();
        }
    }

    /** Time passes once, past all that was written with a later timestamp. */
    private static final class Time implements Actor {

        private static final int STEP = 20;

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
            world.now += STEP;
            return true;
        }

        @Override
        public boolean isQuiet() {
            return passed;
        }
    }

    private static final int REGIONS = 3;
    private static final int BEGINNING = 10_000;
    private static final int MOST_DRAINING = 20_000;

    private final Plot plot;
    private final Fault planted;
    private final Set<Fingerprint.Value> seen = new HashSet<>();
    private final Deque<State> open = new ArrayDeque<>();
    private long ends;

    EveryOrder(Plot plot, Fault planted) {
        this.plot = plot;
        this.planted = planted;
    }

    Result run() {
        State here = new State(new int[0], new Scene().fingerprint());
        try {
            open.push(here);
            while (!open.isEmpty()) {
                here = open.pop();
                expand(here);
            }
            return new Result(seen.size(), ends, null);
        } catch (Broken e) {
            return new Result(seen.size(), ends, e.getMessage() + ": " + plot + ", steps of " + Arrays.toString(here.steps()) + " then anybody");
        }
    }

    /** Everybody's next step from here; where nobody can take one, this is an end. */
    private void expand(State here) {
        boolean end = true;
        for (int actor = 0; ; actor++) {
            Scene scene = new Scene();
            if (actor == scene.actors.size()) {
                break;
            }
            scene.replay(here.steps());
            scene.actors.get(actor).step();
            Fingerprint.Value after = scene.fingerprint();
            if (after.equals(here.print())) {
                continue;
            }
            end = false;
            if (seen.add(after)) {
                int[] further = Arrays.copyOf(here.steps(), here.steps().length + 1);
                further[here.steps().length] = actor;
                open.push(new State(further, after));
            }
        }
        if (end) {
            ends++;
            Scene scene = new Scene();
            scene.replay(here.steps());
            scene.finish();
        }
    }

    /** The world at the beginning. */
    private final class Scene {

        private final World world;
        private final Region region;
        private final List<Actor> actors;

        Scene() {
            Profile profile = new Profile(REGIONS, 2, 0, 0, 1, List.of(1, 0, 0, 0, 0, 0), 0, 0, 0, 1, 1_000, 0, 0, 0, 0, 0, 1_000, 0, 0, 1,
                    plot.tables(), 0);
            world = new World(new FixedChoices(), profile, planted, null);
            region = world.regions[plot.region()];
            if (plot.rowBefore()) {
                exhaust(List.of(LocalSession.scripted(world.regions[0], List.of(new int[] {LocalSession.INSERT, 0, 0}))));
            }
            settle();
            world.now = BEGINNING;
            plot.remote().forEach(this::perform);
            actors = actors();
        }

        private List<Actor> actors() {
            List<Actor> all = new ArrayList<>();
            plot.local().forEach(statement -> all.add(new User(LocalSession.scripted(region, List.of(statement)))));
            if (!plot.local().isEmpty()) {
                all.add(region.capture);
            }
            plot.remote().forEach(remote -> all.add(region.lanes.get(remote.region() - (remote.region() > region.number ? 1 : 0))));
            if (plot.remote().stream().anyMatch(remote -> remote.offset() >= 0)) {
                all.add(new Time(world));
            }
            return all;
        }

        private void perform(Remote remote) {
            Region there = world.regions[remote.region()];
            there.database.skew = remote.offset();
            if (remote.saw()) {
                exhaust(List.copyOf(there.lanes));
            }
            exhaust(List.of(LocalSession.scripted(there, List.of(remote.statement()))));
            exhaust(List.of(there.capture));
            there.database.skew = 0;
        }

        /** Everything goes everywhere. */
        private void settle() {
            for (int i = 0; i < MOST_DRAINING && !world.isQuiet(); i++) {
                world.now++;
                world.actors().forEach(Actor::step);
            }
            if (!world.isQuiet()) {
                throw new Broken("stuck");
            }
        }

        private void exhaust(List<Actor> some) {
            boolean moved = true;
            for (int i = 0; moved && i < MOST_DRAINING; i++) {
                moved = false;
                for (Actor actor : some) {
                    moved |= actor.step();
                }
            }
        }

        void replay(int[] steps) {
            for (int actor : steps) {
                actors.get(actor).step();
            }
        }

        Fingerprint.Value fingerprint() {
            List<Object> roots = new ArrayList<>(actors);
            roots.add(region);
            roots.add(world.now);
            return Fingerprint.of(roots, object -> object instanceof World || object instanceof ApplierOptions
                    || object instanceof Region other && other != region);
        }

        /** All of it goes everywhere, and is compared. */
        void finish() {
            if (actors.stream().anyMatch(actor -> actor instanceof User && !actor.isQuiet())) {
                throw new Broken("a user is stuck");
            }
            settle();
            new Oracle(world).check();
        }
    }
}
