package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The oracle against cases that are plain to see, each told in many orders. */
class LastWriteOracleTest {

    @Test
    void theNewestWriteCountsAndEqualTimesGoByRegion() {
        assertEquals(Map.of("k", "us"), rows(row("k", "eu", 5, "eu", 1), row("k", "us", 5, "us", 1), row("k", "older", 4, "us", 2)));
    }

    @Test
    void writesOfOneTransactionGoByTheirOrder() {
        assertEquals(Map.of("k", "again"), rows(row("k", "first", 5, "eu", 1), gone("k", 5, "eu", 2), row("k", "again", 5, "eu", 3)));
        assertEquals(Map.of(), rows(row("k", "first", 5, "eu", 1), gone("k", 5, "eu", 2)));
    }

    @Test
    void aDeleteKeepsOlderWritesAwayAndNewerOnesLive() {
        assertEquals(Map.of("b", "new"), rows(row("a", "old", 4, "us", 9), gone("a", 5, "eu", 1), gone("b", 5, "eu", 2), row("b", "new", 6, "us", 1)));
    }

    @Test
    void aTruncateIsADeleteOfEveryKey() {
        assertEquals(Map.of("b", "new", "c", "same transaction"), rows(row("a", "old", 4, "us", 1), row("b", "new", 6, "us", 2),
                new Write(Write.Kind.TRUNCATE, "t", Write.ALL, null, null, null, new Version(5, "eu"), 7, "x"), row("c", "same transaction", 5, "eu", 8)));
    }

    private static Write row(String key, String image, long micros, String region, long position) {
        return new Write(Write.Kind.ROW, "t", key, image, null, null, new Version(micros, region), position, "x");
    }

    private static Write gone(String key, long micros, String region, long position) {
        return new Write(Write.Kind.DELETE, "t", key, null, null, null, new Version(micros, region), position, "x");
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
        LastWriteOracle oracle = new LastWriteOracle();
        order.forEach(oracle::add);
        Map<String, String> images = new java.util.HashMap<>();
        oracle.rows("t").forEach((key, row) -> images.put(key, row.image()));
        return images;
    }
}
