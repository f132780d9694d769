package io.rowmesh.testbed.simulation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

class EveryOrderTest {

    /** Each sixth of all; {@code rowmesh simulate --scope EVERY_PAIR} goes through every one. */
    @Test
    void pairsOfOperationsEndEqualInEveryOrder() throws InterruptedException {
        List<EveryOrder.Plot> all = Plots.of(2, Profile.ONLY_ROWS);
        List<EveryOrder.Plot> some = IntStream.range(0, all.size()).filter(i -> i % 6 == 0).mapToObj(all::get).toList();
        PlotSearch search = new PlotSearch(some, null).run(Runtime.getRuntime().availableProcessors());
        assertNull(search.fault());
        assertEquals(some.size(), search.done());
    }

    @ParameterizedTest
    @CsvSource({"EQUAL_OF_SAME_ORIGIN_LOSES, 10", "NO_SKEW_WAIT, 40", "SKEW_WAIT_AT_EQUAL, 60", "TIE_BY_APPLYING_NODE, 40", "READ_THEN_WRITE, 60"})
    void aFaultIsFoundAmongTheFirstPairs(Fault fault, int plots) throws InterruptedException {
        List<EveryOrder.Plot> first = Plots.of(2, Profile.ONLY_ROWS).subList(0, plots);
        assertNotNull(new PlotSearch(first, fault).run(Runtime.getRuntime().availableProcessors()).fault());
    }

    /** The same where databases behave as MySQL does: each sixtieth. */
    @Test
    void pairsOfOperationsInMySqlEndEqualInEveryOrder() throws InterruptedException {
        List<EveryOrder.Plot> all = Plots.of(2, Profile.ONLY_ROWS, true);
        List<EveryOrder.Plot> some = IntStream.range(0, all.size()).filter(i -> i % 60 == 0).mapToObj(all::get).toList();
        assertNull(new PlotSearch(some, null).run(Runtime.getRuntime().availableProcessors()).fault());
        for (Fault fault : List.of(Fault.VERSIONS_BEFORE_LOCK, Fault.VERSIONS_NOT_AWAITED, Fault.LOG_END_BEFORE_LOCK, Fault.OVERTAKEN_INSERT_WRITES_OVER)) {
            assertNotNull(new PlotSearch(all.subList(0, 5), fault).run(1).fault(), fault::name);
        }
    }

    /** The same of counters. */
    @Test
    void pairsOfOperationsOnCountersEndEqualInEveryOrder() throws InterruptedException {
        List<EveryOrder.Plot> all = Plots.of(2, Profile.ONLY_COUNTERS);
        List<EveryOrder.Plot> some = IntStream.range(0, all.size()).filter(i -> i % 12 == 0).mapToObj(all::get).toList();
        assertNull(new PlotSearch(some, null).run(Runtime.getRuntime().availableProcessors()).fault());
        assertNotNull(new PlotSearch(all, Fault.COUNTER_DELTA_TWICE).run(Runtime.getRuntime().availableProcessors()).fault());
    }

    /** Where one or two other regions write two or three of them: some of each kind; {@code EVERY_TRIPLE} goes through every one. */
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "0, 1", "0, 2"})
    void triplesWithSeveralRemoteOperationsEndEqual(int local, int regions) throws InterruptedException {
        List<EveryOrder.Plot> all = Plots.of(3, Profile.ONLY_ROWS).stream().filter(plot -> plot.local().size() == local && regions(plot) == regions).toList();
        List<EveryOrder.Plot> some = IntStream.range(0, 4).mapToObj(i -> all.get(all.size() / 5 * i + 7)).toList();
        assertNull(new PlotSearch(some, null).run(Runtime.getRuntime().availableProcessors()).fault());
    }

    private static long regions(EveryOrder.Plot plot) {
        return plot.remote().stream().map(EveryOrder.Remote::region).distinct().count();
    }

    @Test
    void aRegionsOwnOperationsAreNeverEarlierThanItsFormerOnes() {
        for (EveryOrder.Plot plot : Plots.of(3, Profile.ONLY_ROWS)) {
            int[] last = {Integer.MIN_VALUE, Integer.MIN_VALUE, Integer.MIN_VALUE};
            for (EveryOrder.Remote remote : plot.remote()) {
                assertTrue(remote.offset() >= last[remote.region()], plot::toString);
                last[remote.region()] = remote.offset();
            }
        }
    }

    @Test
    void aFaultIsFoundWhereOneOtherRegionWritesBoth() throws InterruptedException {
        List<EveryOrder.Plot> some = Plots.of(2, Profile.ONLY_ROWS).stream().filter(plot -> plot.local().isEmpty() && regions(plot) == 1).toList();
        assertNull(new PlotSearch(some, null).run(1).fault());
        assertNotNull(new PlotSearch(some, Fault.EQUAL_OF_SAME_ORIGIN_LOSES).run(1).fault());
    }

    /** What is left out because it leads to nothing else does lead to nothing else: the same outcomes, of fewer states. */
    @ParameterizedTest
    @CsvSource({"0, 37, false", "1, 61, false", "0, 450, true"})
    void reductionsLoseNoOutcome(int tables, int stride, boolean mySql) {
        List<EveryOrder.Plot> all = Plots.of(2, tables, mySql);
        long few = 0;
        long many = 0;
        for (int i = 3; i < all.size(); i += stride) {
            EveryOrder.Plot plot = all.get(i);
            EveryOrder.Result reduced = new EveryOrder(plot, null, new Scene.Reader()).run();
            EveryOrder.Result whole = new EveryOrder(plot, null, new Scene.Reader(false), false).run();
            assertEquals(whole.outcomes(), reduced.outcomes(), plot::toString);
            few += reduced.states();
            many += whole.states();
        }
        assertTrue(few * 3 < many * 2, few + " of " + many);
    }

    /** Users with the same statement only exchange their values: there are as many outcomes for each who is the first. */
    @Test
    void usersWithTheSameStatementBeginInOneOrder() {
        EveryOrder.Plot plot = Plots.of(2, Profile.ONLY_ROWS).get(0);
        assertEquals(List.of(2, 0), List.of(plot.local().size(), plot.remote().size()));
        EveryOrder.Result reduced = new EveryOrder(plot, null, new Scene.Reader()).run();
        EveryOrder.Result whole = new EveryOrder(plot, null, new Scene.Reader(false), false).run();
        assertEquals(whole.outcomes().size(), 2 * reduced.outcomes().size());
        assertTrue(whole.outcomes().containsAll(reduced.outcomes()));
    }

    @Test
    void aStateIsKnownAgain() {
        Fingerprint fingerprint = new Fingerprint(any -> false, any -> false);
        List<Object> roots = List.of(new ArrayList<>(List.of("a", 1L)), new long[] {1, 2});
        assertEquals(fingerprint.of(roots), fingerprint.of(List.of(new ArrayList<>(List.of("a", 1L)), new long[] {1, 2})));
        assertNotEquals(fingerprint.of(roots), fingerprint.of(List.of(new ArrayList<>(List.of("a", 1L)), new long[] {2, 1})));
        Object shared = new int[] {1};
        assertNotEquals(fingerprint.of(List.of(shared, shared)), fingerprint.of(List.of(shared, new int[] {1})), "who is who counts");
    }
}
