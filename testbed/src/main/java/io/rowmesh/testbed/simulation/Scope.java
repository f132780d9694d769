package io.rowmesh.testbed.simulation;

import java.util.ArrayList;
import java.util.List;

/** The small scopes that are searched: every pair and triple of operations, and the windows that were known to be narrow. */
final class Scope {

    private static final int[] KINDS = {LocalSession.UPSERT, LocalSession.DELETE, LocalSession.CHANGE_KEY, LocalSession.TRUNCATE};

    private Scope() {
    }

    /** One operation in each of two of three regions, or both in one; the row there before or not. */
    static List<SmallScope.Script> pairs() {
        List<SmallScope.Script> all = new ArrayList<>();
        for (int first : KINDS) {
            for (int second : KINDS) {
                for (int region = 0; region < 2; region++) {
                    for (int row = 0; row < 2; row++) {
                        all.add(new SmallScope.Script(3, List.of(session(0, first), session(region, second)), row == 1, row));
                    }
                }
            }
        }
        return all;
    }

    /** One operation in each of three regions. */
    static List<SmallScope.Script> triples() {
        List<SmallScope.Script> all = new ArrayList<>();
        for (int first : KINDS) {
            for (int second : KINDS) {
                for (int third : KINDS) {
                    all.add(new SmallScope.Script(3, List.of(session(0, first), session(1, second), session(2, third)), true, 1));
                }
            }
        }
        return all;
    }

    /** A row is deleted and inserted anew in one region while another one deletes it (the window of rule 4). */
    static SmallScope.Script reinsertMeetsDelete() {
        return new SmallScope.Script(2, List.of(session(0, LocalSession.DELETE), session(0, LocalSession.INSERT),
                session(1, LocalSession.DELETE)), true, 1);
    }

    /**
     * Where the timestamps of others stand to those of the region that is looked at, and to each other. Only where they are equal does it matter
     * which region has the smaller name.
     */
    private static final int[][] FROM_SMALLEST = {{-12, -10}, {-10, -10}, {-10, 0}, {-10, 10}, {0, 0}, {0, 10}, {10, 10}, {10, 12}};
    private static final int[][] FROM_GREATEST = {{-10, 0}, {0, 0}, {0, 10}};

    /** Every so many operations where it is looked, and at most one in each other region, whenever it was. */
    static List<EveryOrder.Plot> every(int operations, int tables) {
        List<EveryOrder.Plot> all = new ArrayList<>();
        for (int[] kinds : kinds(operations)) {
            for (int row = 0; row < 2; row++) {
                for (int remote = 0; remote <= Math.min(2, operations); remote++) {
                    plots(kinds, remote, row == 1, tables, all);
                }
            }
        }
        return all;
    }

    private static List<int[]> kinds(int operations) {
        List<int[]> all = new ArrayList<>();
        for (int number = 0; number < Math.pow(KINDS.length, operations); number++) {
            int[] kinds = new int[operations];
            for (int i = 0, left = number; i < operations; i++, left /= KINDS.length) {
                kinds[i] = KINDS[left % KINDS.length];
            }
            all.add(kinds);
        }
        return all;
    }

    /** The first of them in other regions, the rest where it is looked. */
    private static void plots(int[] kinds, int remote, boolean row, int tables, List<EveryOrder.Plot> into) {
        List<int[]> local = new ArrayList<>();
        for (int i = remote; i < kinds.length; i++) {
            local.add(new int[] {kinds[i], 0, 1});
        }
        if (remote == 0) {
            into.add(new EveryOrder.Plot(0, local, List.of(), row, tables));
            return;
        }
        if (remote == 1) {
            for (int offset : new int[] {-10, 0, 10}) {
                into.add(new EveryOrder.Plot(0, local, List.of(remote(1, kinds[0], offset, false)), row, tables));
            }
            into.add(new EveryOrder.Plot(2, local, List.of(remote(0, kinds[0], 0, false)), row, tables));
            return;
        }
        for (int[] offsets : FROM_SMALLEST) {
            both(kinds, new EveryOrder.Plot(0, local, List.of(), row, tables), offsets, 1, into);
        }
        for (int[] offsets : FROM_GREATEST) {
            both(kinds, new EveryOrder.Plot(2, local, List.of(), row, tables), offsets, 0, into);
        }
    }

    private static void both(int[] kinds, EveryOrder.Plot plot, int[] offsets, int first, List<EveryOrder.Plot> into) {
        for (int saw = 0; saw < (offsets[1] > offsets[0] ? 2 : 1); saw++) {
            into.add(new EveryOrder.Plot(plot.region(), plot.local(), List.of(remote(first, kinds[0], offsets[0], false),
                    remote(first + 1, kinds[1], offsets[1], saw == 1)), plot.rowBefore(), plot.tables()));
        }
    }

    private static EveryOrder.Remote remote(int region, int kind, int offset, boolean saw) {
        return new EveryOrder.Remote(region, new int[] {kind, 0, 1}, offset, saw);
    }

    private static SmallScope.Session session(int region, int kind) {
        return new SmallScope.Session(region, List.of(new int[] {kind, 0, 1}));
    }

    /** The schedules of some scripts, in so many orders of turns; those before the first bad one, if there is any. */
    static SmallScope.Result search(List<SmallScope.Script> scripts, Fault fault, int deviations, int orders) {
        long schedules = 0;
        for (int order = 0; order < orders; order++) {
            for (SmallScope.Script script : scripts) {
                SmallScope.Result result = new SmallScope(script, fault, deviations, order).run();
                schedules += result.schedules();
                if (result.fault() != null) {
                    return new SmallScope.Result(schedules, result.fault());
                }
            }
        }
        return new SmallScope.Result(schedules, null);
    }
}
