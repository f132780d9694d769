package io.rowmesh.rules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The machine for counters, alone: every history ends as the set of its changes says, and every fault is noticed. */
class CountersModelTest {

    private static final int HISTORIES = 20_000;

    @Test
    void randomHistoriesEndAsTheirSetOfChangesSays() {
        for (long seed = 0; seed < HISTORIES; seed++) {
            assertTrue(clean(seed, CountersModel.Fault.NONE), "seed " + seed);
        }
    }

    @ParameterizedTest
    @EnumSource(value = CountersModel.Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFaultIsNoticed(CountersModel.Fault fault) {
        long seed = 0;
        while (seed < HISTORIES && clean(seed, fault)) {
            seed++;
        }
        assertTrue(seed < HISTORIES, fault + " was never noticed");
    }

    private static boolean clean(long seed, CountersModel.Fault fault) {
        Random random = new Random(seed);
        CountersModel model = new CountersModel(2 + random.nextInt(3), fault);
        for (int event = 0; event < 24; event++) {
            step(model, random);
        }
        return model.drain() && model.equalToOracle();
    }

    private static void step(CountersModel model, Random random) {
        CountersModel.Region region = model.regions.get(random.nextInt(model.regions.size()));
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                List<Consumer<List<io.rowmesh.schema.RowChange>>> steps = new ArrayList<>();
                for (int i = random.nextInt(4) == 0 ? 3 : 1; i > 0; i--) {
                    steps.add(anyStep(region, random));
                }
                // One shared instant now and then, so that timestamps tie.
                region.commit(region.clock + 1 + random.nextInt(3), steps);
            }
            case 2 -> {
                if (region.captured < region.log.size()) {
                    region.capture();
                }
            }
            default -> {
                CountersModel.Region origin = model.regions.get(random.nextInt(model.regions.size()));
                CountersModel.Transaction next = origin == region ? null : region.nextFrom(origin);
                if (next != null) {
                    region.apply(next);
                }
            }
        }
    }

    private static Consumer<List<io.rowmesh.schema.RowChange>> anyStep(CountersModel.Region region, Random random) {
        int n = random.nextInt(9);
        String v = "v" + random.nextInt(1_000_000);
        return switch (random.nextInt(5)) {
            case 0, 1 -> region.insert(n, v);
            case 2, 3 -> region.update(n - 4, v);
            default -> region.delete();
        };
    }

    /** Three regions, one change each, in every order of commits and deliveries, of every kind, with and without a row to begin with: complete. */
    @Test
    void everySmallHistoryEndsAsItsSetOfChangesSays() {
        int histories = 0;
        for (int kinds = 0; kinds < 54; kinds++) {
            histories += explore(kinds, new int[0]);
        }
        assertTrue(histories > 10_000, "histories: " + histories);
    }

    /** Depth first over all schedules; a schedule is the list of choices made, replayed from the start. */
    private static int explore(int kinds, int[] choices) {
        CountersModel model = new CountersModel(3, CountersModel.Fault.NONE);
        int[] committed = new int[3];
        if (kinds >= 27) {
            model.regions.get(0).commit(1, List.of(model.regions.get(0).insert(5, "first")));
            model.drain();
        }
        for (int choice : choices) {
            act(model, kinds, committed, choice);
        }
        int found = 0;
        for (int choice = 0; choice < 9; choice++) {
            if (possible(model, committed, choice)) {
                int[] longer = java.util.Arrays.copyOf(choices, choices.length + 1);
                longer[choices.length] = choice;
                found += explore(kinds, longer);
            }
        }
        if (found == 0) {
            assertTrue(model.drain(), () -> "stuck: kinds " + kinds + ", " + java.util.Arrays.toString(choices));
            assertTrue(model.equalToOracle(), () -> "kinds " + kinds + ", " + java.util.Arrays.toString(choices));
            return 1;
        }
        return found;
    }

    /** Choices 0 to 2: a region commits its next change; 3 to 8: a region applies the next of another. */
    private static boolean possible(CountersModel model, int[] committed, int choice) {
        if (choice < 3) {
            return committed[choice] < 1;
        }
        return model.regions.get((choice - 3) / 2).nextFrom(other(model, choice)) != null;
    }

    private static CountersModel.Region other(CountersModel model, int choice) {
        int region = (choice - 3) / 2;
        return model.regions.get((region + 1 + (choice - 3) % 2) % 3);
    }

    private static void act(CountersModel model, int kinds, int[] committed, int choice) {
        if (choice >= 3) {
            CountersModel.Region region = model.regions.get((choice - 3) / 2);
            region.apply(region.nextFrom(other(model, choice)));
            return;
        }
        CountersModel.Region region = model.regions.get(choice);
        committed[choice]++;
        int kind = kinds / (int) Math.pow(3, choice) % 3;
        String v = "v" + choice;
        region.commit(region.clock + 1, List.of(kind == 0 ? region.insert(choice + 1, v)
                : kind == 1 ? region.update(choice + 2, v) : region.delete()));
        while (region.captured < region.log.size()) {
            region.capture();
        }
    }

    @Test
    void setsAreWrittenAsPostgresWritesThem() {
        assertEquals("{\"\",\"NULL\",\"a b\",\"q\\\"\\\\\",é}", SetText.union("text[]",
                List.of("{é,\"a b\",NULL}", "[0:1]={\"NULL\",\"q\\\"\\\\\"}", "{{\"\"},{é}}")));
        assertEquals("{-3,2,10}", SetText.union("integer[]", List.of("{10,2}", "{}", "{-3,2}")));
    }

    @Test
    void sumsAreExactAndNothingIsZero() {
        assertEquals("9223372036854775806", Numbers.sum("9223372036854775807", "1", "0"));
        assertEquals("0.30", Numbers.sum("0.10", null, "0.20"));
        assertEquals("7", Numbers.sum(null, "3", "10"));
        assertEquals("NaN", Numbers.max("Infinity", "NaN"));
        assertEquals("1.00", Numbers.max("1.00", "1.0"));
        assertEquals("5", Numbers.min(null, "5"));
    }
}
