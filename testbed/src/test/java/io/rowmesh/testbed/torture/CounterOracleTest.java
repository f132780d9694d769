package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The counters' oracle against cases that are plain to see, each told in many orders. */
class CounterOracleTest {

    @Test
    void whatSawEveryDeleteCounts() {
        assertEquals(Map.of("[\"1\"]", "(1,8,50,2,\"{t1,t2}\",us)"), rows(count(1, "eu", Map.of(), 5, "t1"), gone(2, "eu"),
                count(3, "eu", Map.of("eu", 2L), 5, "t1"), count(4, "us", Map.of("eu", 2L), 3, "t2"), count(9, "us", Map.of(), 7, "t3")));
    }

    @Test
    void aConcurrentDeleteEndsAll() {
        assertEquals(Map.of(), rows(count(1, "eu", Map.of("us", 3L), 5, "t1"), gone(4, "us")));
        assertEquals(Map.of("[\"1\"]", "(1,5,50,2,{t1},eu)"), rows(count(1, "eu", Map.of("us", 4L), 5, "t1"), gone(4, "us")));
    }

    private static Write count(long position, String region, Map<String, Long> seen, int n, String tag) {
        return new Write(Write.Kind.UPDATE, "counters", "[\"1\"]", null,
                Map.of("n", String.valueOf(n), "hi", "50", "lo", "2", "tags", tag, "v", region), seen, new Version(position, region), position, "x");
    }

    private static Write gone(long position, String region) {
        return new Write(Write.Kind.DELETE, "counters", "[\"1\"]", null, null, null, new Version(position, region), position, "x");
    }

    private static Map<String, String> rows(Write... writes) {
        List<Write> order = new ArrayList<>(List.of(writes));
        Map<String, String> first = images(order);
        for (int seed = 0; seed < 50; seed++) {
            Collections.shuffle(order, new Random(seed));
            assertEquals(first, images(order), "in the order " + order);
        }
        return first;
    }

    private static Map<String, String> images(List<Write> order) {
        CounterOracle oracle = new CounterOracle();
        order.forEach(oracle::add);
        Map<String, String> images = new java.util.HashMap<>();
        oracle.rows("counters").forEach((key, row) -> images.put(key, row.image()));
        return images;
    }
}
