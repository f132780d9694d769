package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableShape;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * All regions of one history, in one thread. Whoever may do something is an {@link Actor}; at each event one of them, chosen,
 * takes one step. Then everything heals and goes on until nothing is left to do, and the regions are compared.
 */
final class World {

    static final String[] NAMES = {"a", "b", "c", "d", "e"};
    static final String[] KEYS = {"0", "1", "2", "3", "4", "5", "6", "7"};
    static final String[] ROW_KEYS = new String[KEYS.length];
    private static final TableShape T = Table.shape("public", "t");
    private static final long BEGINNING = 1_000;
    private static final int TRIES = 4;
    private static final int MAX_EVENTS = 20_000;
    private static final int MAX_DRAINING = 200_000;

    static {
        for (int i = 0; i < KEYS.length; i++) {
            ROW_KEYS[i] = RowKey.of(T, new Row(KEYS[i], null));
        }
    }

    final Choices choices;
    final Profile profile;
    final Fault planted;
    final Consumer<String> trace;
    final List<TableShape> shapes;
    final Region[] regions;
    /** True time, microseconds. */
    long now = BEGINNING;
    boolean healed;
    long events;

    private final List<Actor> actors = new ArrayList<>();
    private final List<LocalSession> sessions = new ArrayList<>();
    private final List<Heartbeats> heartbeats = new ArrayList<>();
    private final long[] stalledUntil;
    private final int kinds;
    private final boolean keepsStates;
    private int values;

    /** @param trace gets a line for each thing that happens; null for none */
    World(Choices choices, Profile profile, Fault planted, Consumer<String> trace) {
        this.choices = choices;
        this.profile = profile;
        this.planted = planted == null ? null : planted.planted();
        this.trace = trace;
        this.shapes = shapes(profile.tables());
        this.keepsStates = shapes.stream().anyMatch(shape -> shape == WideRows.SHAPE || SiblingRows.is(shape));
        this.regions = new Region[profile.regions()];
        int sum = 0;
        for (int weight : profile.mix()) {
            sum += weight;
        }
        this.kinds = sum;
        for (int i = 0; i < regions.length; i++) {
            regions[i] = new Region(this, i, choices.next(profile.skew() + 1));
        }
        for (Region region : regions) {
            people(region);
        }
        actors.add(new Trouble(this));
        stalledUntil = new long[actors.size()];
    }

    /** Everybody who can move, in one order. */
    List<Actor> actors() {
        return actors;
    }

    /** Then local writes are judged, withheld and touched (convergence rules 6 and 7). */
    boolean clocksStep() {
        return profile.steps() > 0;
    }

    /** What other regions hear of a transaction that was written here. */
    List<RowChange> shipped(DbTransaction written) {
        List<RowChange> shipped = clocksStep() ? written.shipped : written.changes;
        return written.local && shipped != null ? shipped : List.of();
    }

    /** Whether some table's rule keeps a state of each key. */
    boolean keepsStates() {
        return keepsStates;
    }

    private static List<TableShape> shapes(int tables) {
        return switch (tables) {
            case Profile.ONLY_ROWS, Profile.REWRITTEN_ROWS -> List.of(Table.HEARTBEAT, T);
            case Profile.ONLY_COUNTERS -> List.of(Table.HEARTBEAT, CounterRows.SHAPE);
            case Profile.ONLY_COLUMNS -> List.of(Table.HEARTBEAT, WideRows.SHAPE);
            case Profile.ONLY_PRIORITY -> List.of(Table.HEARTBEAT, SiblingRows.PRIORITY);
            case Profile.ONLY_HOME -> List.of(Table.HEARTBEAT, SiblingRows.HOME);
            case Profile.ONLY_CUSTOM -> List.of(Table.HEARTBEAT, SiblingRows.CUSTOM);
            case Profile.ONLY_PARK -> List.of(Table.HEARTBEAT, SiblingRows.PARK);
            case Profile.ONE_UNIQUE, Profile.TWO_UNIQUE -> List.of(Table.HEARTBEAT, UniqueRows.SHAPE);
            case Profile.ROWS_AND_SIBLINGS -> List.of(Table.HEARTBEAT, T, SiblingRows.PRIORITY, SiblingRows.HOME);
            default -> List.of(Table.HEARTBEAT, T, CounterRows.SHAPE);
        };
    }

    private void people(Region region) {
        actors.addAll(region.lanes);
        actors.add(region.capture);
        if (region.reader != null) {
            actors.add(region.reader);
        }
        actors.add(region.collector);
        if (clocksStep()) {
            actors.add(region.toucher);
        }
        if (profile.tables() == Profile.REWRITTEN_ROWS) {
            actors.add(new Rewriter(region, 1 + choices.next(3)));
        }
        for (int i = 0; i < profile.writers(); i++) {
            LocalSession session = new LocalSession(region, (profile.transactions() + i) / profile.writers());
            sessions.add(session);
            actors.add(session);
        }
        Heartbeats beats = new Heartbeats(region, profile.heartbeats());
        heartbeats.add(beats);
        actors.add(beats);
    }

    /** @throws Broken when the history shows a fault */
    void run() {
        while (events < MAX_EVENTS && !writtenAll()) {
            tick();
        }
        heal();
        long limit = events + MAX_DRAINING;
        while (!isQuiet()) {
            tick();
            if (events > limit) {
                throw new Broken("stuck: " + events + " events were not enough to bring everything everywhere");
            }
        }
        new Oracle(this).check();
    }

    /** One step of somebody who has one to take; where nobody has, time passes. */
    private void tick() {
        events++;
        now += choices.next(profile.pace() + 1);
        for (int i = 0; i < TRIES; i++) {
            if (step(choices.next(actors.size()))) {
                return;
            }
        }
        int first = choices.next(actors.size());
        for (int i = 0; i < actors.size(); i++) {
            if (step((first + i) % actors.size())) {
                return;
            }
        }
        now += 1 + choices.next(profile.pace() == 0 ? 2 : 10);
    }

    /** Anybody may stand still for a while, whatever he is in the middle of. */
    private boolean step(int number) {
        if (now < stalledUntil[number]) {
            return false;
        }
        if (choices.perMille(actors.get(number) instanceof Capture ? profile.lags() : profile.stalls())) {
            stalledUntil[number] = now + choices.next(profile.stall());
            return false;
        }
        return actors.get(number).step();
    }

    private boolean writtenAll() {
        for (LocalSession session : sessions) {
            if (!session.isQuiet()) {
                return false;
            }
        }
        return true;
    }

    private void heal() {
        healed = true;
        for (Region region : regions) {
            region.lanes.forEach(Lane::heal);
            region.database.jump = 0;
            region.downUntil = 0;
        }
        sessions.forEach(LocalSession::finish);
    }

    boolean isQuiet() {
        for (Actor actor : actors) {
            if (!actor.isQuiet()) {
                return false;
            }
        }
        return true;
    }

    /** Whether a commit stands still where it is, for a while. */
    boolean pauses(DbTransaction committing) {
        if (!choices.perMille(profile.slowCommits())) {
            return false;
        }
        committing.pausedUntil = profile.commit() == 0 ? 0 : now + choices.next(profile.commit());
        return true;
    }

    int chooseKind() {
        int left = choices.next(kinds);
        int kind = 0;
        while (left >= profile.mix().get(kind)) {
            left -= profile.mix().get(kind++);
        }
        return kind;
    }

    int nextValue() {
        return ++values;
    }

    int values() {
        return values;
    }

    /** Time, values and a region from their beginning, beside the other regions as they are; what it acknowledges to them they do not note. */
    Region anew(int number) {
        now = BEGINNING;
        values = 0;
        for (Region region : regions) {
            region.share();
        }
        regions[number] = new Region(this, number, 0);
        return regions[number];
    }

    /** The value after which the next one comes. */
    void values(int last) {
        values = last;
    }

    void trace(String what) {
        trace.accept(now + " " + what);
    }

    static int number(String name) {
        return name.charAt(0) - 'a';
    }

    /** The slot of a change's key. */
    static int slot(RowChange change) {
        return keySlot(RowChange.keyImage(change).get(0));
    }

    static int keySlot(String text) {
        return text.charAt(0) - '0';
    }

    /** The slot of a canonical key. */
    static int slot(String rowKey) {
        return rowKey.charAt(2) - '0';
    }

    /** Whether a change is of this key, or of all of its table. */
    static boolean touches(RowChange change, int key) {
        return change.kind() == RowChange.Kind.TRUNCATE || slot(change) == key;
    }

    static String text(DbTransaction transaction) {
        StringBuilder text = new StringBuilder().append(transaction.micros).append('@').append(NAMES[transaction.origin]);
        for (RowChange change : transaction.changes) {
            text.append(' ').append(change.kind().name().toLowerCase(java.util.Locale.ROOT));
            if (RowChange.keyImage(change) != null) {
                text.append(RowChange.keyImage(change));
            }
        }
        return text.toString();
    }
}
