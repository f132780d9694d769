package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The oracle of column-merge against cases that are plain to see, each told in many orders. */
class ColumnOracleTest {

    private static final Map<String, String> WHOLE = Map.of("a", "a1", "x", "x1", "y", "y1");

    @Test
    void eachGroupHasItsOwnLastWrite() {
        assertEquals(Map.of("[\"1\"]", "(1,a2,x3,y3)@4"), rows(set(1, WHOLE), set(2, Map.of("a", "a2")), set(4, Map.of("x", "x3", "y", "y3"))));
    }

    @Test
    void aRowThatAWriteRevivesHasTheColumnsOfTheDeadOne() {
        assertEquals(Map.of(), rows(set(1, WHOLE), gone(5)));
        assertEquals(Map.of("[\"1\"]", "(1,a6,x1,y1)@6"), rows(set(1, WHOLE), gone(5), set(6, Map.of("a", "a6"))));
    }

    private static Write set(long micros, Map<String, String> values) {
        return new Write(Write.Kind.ROW, "t", "[\"1\"]", null, values, null, new Version(micros, "eu"), micros, "x");
    }

    private static Write gone(long micros) {
        return new Write(Write.Kind.DELETE, "t", "[\"1\"]", null, null, null, new Version(micros, "eu"), micros, "x");
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
        ColumnOracle oracle = new ColumnOracle(List.of(List.of("a"), List.of("x", "y")));
        order.forEach(oracle::add);
        Map<String, String> images = new java.util.HashMap<>();
        oracle.rows("t").forEach((key, row) -> images.put(key, row.image() + "@" + row.version().commitMicros()));
        return images;
    }
}
