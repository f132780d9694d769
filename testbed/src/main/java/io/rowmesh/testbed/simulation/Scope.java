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
