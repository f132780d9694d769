package io.rowmesh.testbed.simulation;

import io.rowmesh.testbed.simulation.EveryOrder.Plot;
import io.rowmesh.testbed.simulation.EveryOrder.Remote;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All plots of so many operations over one row that is there before or not: some where it is looked, the others in one or both of the
 * other regions, at every place that their timestamps can have to each other and to those of the region that is looked at. A region's
 * later writes are never earlier than its former ones. Of plots that are equal but for names there is one:
 * <ul>
 * <li>users of the region that is looked at are sessions of their own, of which no order is given: any of their statements may be the
 *     first one. (Who of two waits for the table to himself waits for both, whichever he names first, and holds nothing meanwhile.)
 * <li>which region has the smaller name matters only where timestamps are equal.
 * </ul>
 */
final class Plots {

    private static final int[] KINDS = {LocalSession.UPSERT, LocalSession.DELETE, LocalSession.CHANGE_KEY, LocalSession.TRUNCATE};

    /**
     * Timestamps of two others, the first one not later: before, at and after those that local writes have while time stands. Those at it
     * matter again where names of others are smaller, and where one is smaller and the other one greater.
     */
    private static final int[][] TWO = {{-12, -10}, {-10, -10}, {-10, 0}, {-10, 10}, {0, 0}, {0, 10}, {10, 10}, {10, 12}};
    private static final int[][] TWO_WITH_TIES = {{-10, 0}, {0, 0}, {0, 10}};

    /** Which of three timestamps is the earlier one, where the first two are of one region. */
    private static final int[][] TWO_AND_ONE = {{1, 2, 0}, {0, 1, 0}, {0, 2, 1}, {0, 1, 1}, {0, 1, 2}, {1, 1, 0}, {0, 0, 0}, {0, 0, 1}};

    private final int tables;
    private final boolean mySql;
    private final List<Plot> all = new ArrayList<>();

    private Plots(int tables, boolean mySql) {
        this.tables = tables;
        this.mySql = mySql;
    }

    /** @param operations two or three */
    static List<Plot> of(int operations, int tables) {
        return of(operations, tables, false);
    }

    /** @param mySql whether all databases behave as MySQL does */
    static List<Plot> of(int operations, int tables, boolean mySql) {
        Plots plots = new Plots(tables, mySql);
        for (int[] kinds : kinds(operations)) {
            for (int row = 0; row < 2; row++) {
                for (int remote = 0; remote <= operations; remote++) {
                    plots.add(kinds, remote, row == 1);
                }
            }
        }
        return plots.all;
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
    private void add(int[] kinds, int remote, boolean row) {
        List<int[]> local = new ArrayList<>();
        for (int i = remote; i < kinds.length; i++) {
            if (i > remote && kinds[i] < kinds[i - 1]) {
                return;
            }
            local.add(new int[] {kinds[i], 0, 1});
        }
        switch (remote) {
            case 0 -> all.add(new Plot(0, local, List.of(), row, tables, mySql));
            case 1 -> one(kinds, local, row);
            case 2 -> two(kinds, local, row);
            default -> three(kinds, row);
        }
    }

    private void one(int[] kinds, List<int[]> local, boolean row) {
        for (int offset : new int[] {-10, 0, 10}) {
            all.add(new Plot(0, local, List.of(remote(1, kinds[0], offset, false)), row, tables, mySql));
        }
        all.add(new Plot(2, local, List.of(remote(0, kinds[0], 0, false)), row, tables, mySql));
    }

    private void two(int[] kinds, List<int[]> local, boolean row) {
        for (int[] offsets : TWO) {
            two(0, 1, 2, kinds, offsets, local, row);
            two(0, 1, 1, kinds, offsets, local, row);
        }
        for (int[] offsets : TWO_WITH_TIES) {
            two(2, 0, 1, kinds, offsets, local, row);
            two(2, 0, 0, kinds, offsets, local, row);
        }
        two(1, 0, 2, kinds, new int[] {0, 0}, local, row);
    }

    /** The second one has seen the first, or not; its own region's it has. */
    private void two(int looked, int first, int second, int[] kinds, int[] offsets, List<int[]> local, boolean row) {
        for (int saw = 0; saw < (offsets[1] > offsets[0] && first != second ? 2 : 1); saw++) {
            all.add(new Plot(looked, local, List.of(remote(first, kinds[0], offsets[0], false), remote(second, kinds[1], offsets[1], saw == 1)), row, tables, mySql));
        }
    }

    /** None where it is looked: all in one region, or two in one and the third in the other, whose name is greater, or smaller if that matters. */
    private void three(int[] kinds, boolean row) {
        for (int second = 0; second < 2; second++) {
            for (int third = 0; third < 2; third++) {
                whileTimePasses(1, 1, 1, kinds, new int[] {0, second, second + third}, row);
            }
        }
        for (int[] ranks : TWO_AND_ONE) {
            whileTimePasses(1, 1, 2, kinds, ranks, row);
            if (ranks[2] == ranks[0] || ranks[2] == ranks[1]) {
                whileTimePasses(2, 2, 1, kinds, ranks, row);
            }
        }
    }

    /** The clock where it is looked is past none of them at first, or the first, or more. */
    private void whileTimePasses(int first, int second, int third, int[] kinds, int[] ranks, boolean row) {
        for (int past = 0; past <= Arrays.stream(ranks).max().orElseThrow() + 1; past++) {
            List<Remote> others = new ArrayList<>();
            int[] regions = {first, second, third};
            for (int i = 0; i < 3; i++) {
                others.add(remote(regions[i], kinds[i], (ranks[i] < past ? -20 : 10) + 2 * ranks[i], false));
            }
            if (first == third) {
                all.add(new Plot(0, List.of(), others, row, tables, mySql));
            } else {
                whatWasSeen(others.get(0), others.get(1), others.get(2), row);
            }
        }
    }

    /** Of one region's two operations and the other's: a region sees only what is earlier, and the second of two what the first has seen. */
    private void whatWasSeen(Remote one, Remote two, Remote other, boolean row) {
        others(row, one, two, other);
        if (other.offset() > one.offset()) {
            others(row, one, other.saw(true), two);
        }
        if (other.offset() > two.offset()) {
            others(row, one, two, other.saw(true));
        }
        if (two.offset() > other.offset()) {
            others(row, one, other, two.saw(true));
        }
        if (two.offset() > other.offset() && other.offset() > one.offset()) {
            others(row, one, other.saw(true), two.saw(true));
        }
        if (one.offset() > other.offset()) {
            others(row, other, one.saw(true), two);
        }
    }

    private void others(boolean row, Remote... remotes) {
        all.add(new Plot(0, List.of(), List.of(remotes), row, tables, mySql));
    }

    private static Remote remote(int region, int kind, int offset, boolean saw) {
        return new Remote(region, new int[] {kind, 0, 1}, offset, saw);
    }
}
