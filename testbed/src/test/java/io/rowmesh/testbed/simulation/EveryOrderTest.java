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

class EveryOrderTest {

    /** Each sixth of all; {@code rowmesh simulate --scope EVERY_PAIR} goes through every one. */
    @Test
    void pairsOfOperationsEndEqualInEveryOrder() throws InterruptedException {
        List<EveryOrder.Plot> all = Scope.every(2, Profile.ONLY_ROWS);
        List<EveryOrder.Plot> some = IntStream.range(0, all.size()).filter(i -> i % 6 == 0).mapToObj(all::get).toList();
        PlotSearch search = new PlotSearch(some, null).run(Runtime.getRuntime().availableProcessors());
        assertNull(search.fault());
        assertEquals(some.size(), search.done());
    }

    @ParameterizedTest
    @CsvSource({"EQUAL_OF_SAME_ORIGIN_LOSES, 10", "NO_SKEW_WAIT, 40", "SKEW_WAIT_AT_EQUAL, 60", "TIE_BY_APPLYING_NODE, 40", "READ_THEN_WRITE, 60"})
    void aFaultIsFoundAmongTheFirstPairs(Fault fault, int plots) throws InterruptedException {
        List<EveryOrder.Plot> first = Scope.every(2, Profile.ONLY_ROWS).subList(0, plots);
        assertNotNull(new PlotSearch(first, fault).run(Runtime.getRuntime().availableProcessors()).fault());
    }

    @Test
    void aStateIsKnownAgain() {
        List<Object> roots = List.of(new ArrayList<>(List.of("a", 1L)), new long[] {1, 2});
        assertEquals(Fingerprint.of(roots, any -> false), Fingerprint.of(List.of(new ArrayList<>(List.of("a", 1L)), new long[] {1, 2}), any -> false));
        assertNotEquals(Fingerprint.of(roots, any -> false), Fingerprint.of(List.of(new ArrayList<>(List.of("a", 1L)), new long[] {2, 1}), any -> false));
        Object shared = new int[] {1};
        assertNotEquals(Fingerprint.of(List.of(shared, shared), any -> false), Fingerprint.of(List.of(shared, new int[] {1}), any -> false),
                "who is who counts");
    }
}
