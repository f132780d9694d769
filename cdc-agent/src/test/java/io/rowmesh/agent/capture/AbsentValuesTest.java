package io.rowmesh.agent.capture;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

class AbsentValuesTest {

    private static List<Integer> slices(long... bytes) {
        List<Integer> ends = new ArrayList<>();
        for (int from = 0; from < bytes.length; from = ends.get(ends.size() - 1)) {
            ends.add(AbsentValues.sliceEnd(bytes, from));
        }
        return ends;
    }

    @Test
    void slicesAreBoundedBySizeAndNeverEmpty() {
        assertEquals(List.of(3), slices(100, 100, 100));
        assertEquals(List.of(1, 2, 3), slices(150_000, 150_000, 150_000));
        assertEquals(List.of(2, 3, 5), slices(10, 20, 1L << 30, 30, 40));
        long[] many = new long[2000];
        Arrays.fill(many, 9_000);
        assertEquals(2000 / 29 + 1, slices(many).size());
    }
}
