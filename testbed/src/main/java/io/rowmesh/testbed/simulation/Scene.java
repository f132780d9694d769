package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.rules.credible.LogVersions;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The world of a {@link EveryOrder.Plot}: at its beginning, and as whoever acts in the region that is looked at leaves it. */
final class Scene {

    private static final int REGIONS = 3;
    private static final int BEGINNING = 10_000;
    private static final int MOST_DRAINING = 20_000;

    /**
     * What a fingerprint does not hold, as nothing that can happen here depends on it: tables are under last-write-wins or have
     * counters, so that no states of keys are kept; clocks do not step, nothing breaks down, nothing is collected.
     * <ul>
     * <li>numbers of transactions, and the list by which one is found: only those of users are ever asked for, which have the same ones
     *     in all orders, as they are begun first; so they tell nothing of who wrote first;
     * <li>the order in which tombstones were recorded, which only collectors go by;
     * <li>the snapshot of a session's last statement: a statement under way has it, too;
     * <li>where the log stood when a lane began: only clocks that step make anybody ask.
     * </ul>
     */
    private static final Set<String> NOBODY_ASKS = Set.of("DbTransaction.number", "Database.all", "Database.recorded", "Tuple.recorded",
            "MemorySession.snapshot", "ProgressRow.began");

    /**
     * While no statement is under way, nor can go on by a snapshot of before: the order in which commits became visible. Whether one is
     * visible its state tells, and whoever begins a statement now sees all that are.
     */
    private static final Set<String> ONLY_STATEMENTS_ASK = Set.of("DbTransaction.visibleAt", "Database.visible");

    /** Reads what scenes hold: in two ways, one for each of whether a statement is under way. For one thread. */
    static final class Reader {

        private final Fingerprint between = new Fingerprint(this::isOpaque, field -> isNamed(NOBODY_ASKS, field) || isNamed(ONLY_STATEMENTS_ASK, field));
        private final Fingerprint within = new Fingerprint(this::isOpaque, field -> isNamed(NOBODY_ASKS, field));
        private final Fingerprint whole = new Fingerprint(this::isOpaque, field -> false);
        private final boolean reduced;
        private Region lookedAt;

        Reader() {
            this(true);
        }

        /** @param reduced whether it leaves out what nobody asks for */
        Reader(boolean reduced) {
            this.reduced = reduced;
        }

        /** What lanes began is noted for clocks that step, and not read here. */
        private boolean isOpaque(Object object) {
            return object instanceof World || object instanceof ApplierOptions || object instanceof LogVersions
                    || object instanceof Region && object != lookedAt;
        }

        private static boolean isNamed(Set<String> names, Field field) {
            return names.contains(field.getDeclaringClass().getSimpleName() + "." + field.getName());
        }

        Fingerprint.Value of(Scene scene) {
            lookedAt = scene.region;
            boolean statement = scene.isInStatement();
            List<Object> roots = new ArrayList<>(scene.actors);
            roots.add(scene.region);
            roots.add(scene.world.now);
            roots.add(statement);
            return (!reduced ? whole : statement ? within : between).of(roots);
        }
    }

    private final EveryOrder.Plot plot;
    private final boolean reduced;
    private final World world;
    private final Region region;
    private final int valuesBefore;
    private final List<LocalSession> users = new ArrayList<>();
    private final List<Actor> actors = new ArrayList<>();

    /** @param reduced whether steps are left out or taken at once that lead to nothing else in another order */
    Scene(EveryOrder.Plot plot, Fault planted, boolean reduced) {
        this.plot = plot;
        this.reduced = reduced;
        Profile profile = new Profile.Draft().regions(REGIONS).keys(2).statements(1).mix(1, 0, 0, 0, 0, 0).delay(1)
                .slowCommits(1_000).unbatched(1_000).stall(1).tables(plot.tables()).mySql(plot.mySql() ? (1 << REGIONS) - 1 : 0).done();
        world = new World(new FixedChoices(), profile, planted, null);
        region = world.regions[plot.region()];
        if (plot.rowBefore()) {
            exhaust(List.of(rowBefore()));
        }
        settle();
        world.now = BEGINNING;
        plot.remote().forEach(this::perform);
        valuesBefore = world.values();
        enter();
    }

    /** The same at its beginning, in the same world, which the former scene leaves by that: what others did is not done again. */
    private Scene(Scene former) {
        plot = former.plot;
        reduced = former.reduced;
        world = former.world;
        region = world.anew(plot.region());
        if (plot.rowBefore() && plot.region() == 0) {
            exhaust(List.of(rowBefore()));
        }
        settleAlone();
        world.now = BEGINNING;
        valuesBefore = former.valuesBefore;
        world.values(valuesBefore);
        enter();
    }

    /** Such a scene cannot be finished. */
    Scene again() {
        return new Scene(this);
    }

    private LocalSession rowBefore() {
        return LocalSession.scripted(world.regions[0], List.of(new int[] {LocalSession.INSERT, 0, 0}));
    }

    /** As {@link #settle}, of the region that is looked at, which takes of the others no more than the row before. */
    private void settleAlone() {
        boolean settled = false;
        for (int i = 0; i < MOST_DRAINING && !settled; i++) {
            world.now++;
            settled = true;
            for (int lane = 0; lane < region.lanes.size(); lane++) {
                settled &= region.lanes.get(lane).settle(plot.rowBefore() && plot.region() > 0 && lane == 0 ? 1 : 0);
            }
            region.capture.step();
            if (region.reader != null) {
                region.reader.step();
            }
            region.database.flush();
            settled &= region.capture.isQuiet();
        }
        for (int other = 0; other < REGIONS; other++) {
            region.acknowledged(other, other == region.number ? 0 : region.log.synced());
        }
    }

    /** A transaction that has done nothing but begin is nothing to anybody: users have theirs from the start. */
    private void enter() {
        for (int[] statement : plot.local()) {
            LocalSession user = LocalSession.scripted(region, List.of(statement));
            user.step();
            users.add(user);
        }
        actors.addAll(users);
        if (!users.isEmpty()) {
            actors.add(region.capture);
        }
        Set<Integer> origins = new TreeSet<>();
        plot.remote().forEach(remote -> origins.add(remote.region()));
        origins.forEach(origin -> actors.add(region.lanes.get(origin - (origin > region.number ? 1 : 0))));
        if (region.reader != null) {
            actors.add(region.reader);
        }
        if (plot.remote().stream().anyMatch(remote -> remote.offset() >= 0)) {
            actors.add(new Time(world));
        }
        goOn();
    }

    private void perform(EveryOrder.Remote remote) {
        Region there = world.regions[remote.region()];
        there.database.skew = remote.offset();
        if (remote.saw()) {
            List<Actor> applying = new ArrayList<>(there.lanes);
            if (there.reader != null) {
                applying.add(there.reader);
            }
            exhaust(applying);
        }
        exhaust(List.of(LocalSession.scripted(there, List.of(remote.statement()))));
        exhaust(List.of(there.capture));
        there.database.skew = 0;
    }

    /** Everything goes everywhere, and is acknowledged. */
    private void settle() {
        for (int i = 0; i < MOST_DRAINING && !world.isQuiet(); i++) {
            world.now++;
            world.actors().forEach(Actor::step);
        }
        if (!world.isQuiet()) {
            throw new Broken("stuck");
        }
        world.actors().forEach(Actor::step);
    }

    private static void exhaust(List<? extends Actor> some) {
        boolean moved = true;
        for (int i = 0; moved && i < MOST_DRAINING; i++) {
            moved = false;
            for (Actor actor : some) {
                moved |= actor.step();
            }
        }
    }

    /** How many there are who may act. */
    int actors() {
        return actors.size();
    }

    /**
     * Whether a step of this one leads to what is not seen otherwise. Not of who is done; and users with the same statement begin it
     * one after the other: exchanged for each other in all that follows they do the same, and what they write differs by values that
     * nothing is decided by.
     */
    boolean mayStep(int actor) {
        if (actor >= users.size()) {
            return !(actors.get(actor) instanceof Time && actors.get(actor).isQuiet()) && !(actors.get(actor) instanceof Lane lane && lane.isAtRest());
        }
        LocalSession user = users.get(actor);
        return !user.isQuiet() && !(reduced && user.isUntouched() && actor > 0 && users.get(actor - 1).isUntouched()
                && Arrays.equals(plot.local().get(actor), plot.local().get(actor - 1)));
    }

    /**
     * A step, and all that follow of which nobody else can tell when they are taken, and which nobody else can change. Whatever comes
     * before such a step in some order can as well come after it, with the same states in the end: so no order needs to be gone through
     * in which another one comes before. There is an end to them, as each leads its actor further.
     */
    void step(int actor) {
        actors.get(actor).step();
        goOn();
    }

    private void goOn() {
        for (int i = 0; reduced && i < actors.size(); i++) {
            while (isPrivate(actors.get(i))) {
                actors.get(i).step();
            }
        }
    }

    private boolean isPrivate(Actor actor) {
        return actor instanceof Lane lane && lane.isPrivate() || actor instanceof Capture capture && capture.isPrivate()
                || actor instanceof LocalSession user && clockStands() && user.isToBeStamped();
    }

    private boolean clockStands() {
        return !(actors.get(actors.size() - 1) instanceof Time time) || time.isQuiet();
    }

    void replay(int[] steps) {
        for (int actor : steps) {
            step(actor);
        }
    }

    private boolean isInStatement() {
        return users.stream().anyMatch(LocalSession::isInStatement) || region.capture.isInStatement() || region.lanes.stream().anyMatch(Lane::isInStatement);
    }

    /** All of it goes everywhere, and is compared. */
    void finish() {
        if (!users.stream().allMatch(LocalSession::isQuiet)) {
            throw new Broken("a user is stuck");
        }
        settle();
        new Oracle(world).check();
    }

    /** Of a finished one: what was written by users, the rows that are left, their versions, and the conflict histories, in each region. */
    String outcome() {
        StringBuilder text = new StringBuilder();
        for (Region each : world.regions) {
            for (Table table : each.database.tables) {
                for (Tuple newest : table.slots) {
                    Tuple row = each.database.committed(newest);
                    text.append(row == null ? "none" : row.value + " " + row.xmin.micros + "@" + row.xmin.origin).append("; ");
                }
            }
            each.database.log.stream().filter(written -> written.local).forEach(written -> text.append(World.text(written)).append("; "));
            each.database.log.stream().flatMap(written -> written.conflicts.stream()).map(Object::toString).sorted().forEach(text::append);
        }
        return text.toString();
    }
}
