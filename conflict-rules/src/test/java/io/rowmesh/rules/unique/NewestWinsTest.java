package io.rowmesh.rules.unique;

import io.rowmesh.schema.Version;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class NewestWinsTest {

    /** Of small sets every order of arrival, of random ones many. */
    private static final int ROUNDS = Integer.getInteger("rowmesh.histories", 3_000);

    @Test
    void threeRowsOfTwoUniqueKeysEndTheSameInEveryOrder() {
        // H11: y collides with x by one key and with z by the other.
        Standing x = written("x", 1, "1", null);
        Standing y = written("y", 2, "1", "2");
        Standing z = written("z", 3, null, "2");
        for (List<Standing> order : permutations(List.of(x, y, z))) {
            assertEquals(Map.of("x", x, "z", z), arrive(order).shownRows());
        }
    }

    @Test
    void everyOrderOfSmallSetsEndsTheSame() {
        Random random = new Random(1);
        for (int round = 0; round < ROUNDS / 30; round++) {
            List<Standing> writes = writes(random, 5, 4);
            for (List<Standing> order : permutations(writes)) {
                Tables tables = arrive(order);
                assertEquals(expected(writes), tables.shownRows(), order.toString());
            }
        }
    }

    @Test
    void nullCollidesWithNothing() {
        List<Standing> rows = List.of(standing("a", 1, true, null, null), standing("b", 2, false, null, null));
        assertEquals("[SHOW b]", text(NewestWins.moves(rows)));
    }

    @Test
    void valuesAreSwappedByHidingBeforeShowing() {
        // a and b stand with each other's values hidden, which are newer.
        List<Standing> rows = List.of(standing("a", 1, true, "1"), standing("b", 1, true, "2"), standing("a", 5, false, "2"), standing("b", 5, false, "1"));
        assertEquals("[DROP_SHOWN a, DROP_SHOWN b, SHOW a, SHOW b]", text(NewestWins.moves(rows)));
    }

    @Test
    void aLocalWriteOfAHiddenKeyReplacesTheHiddenRow() {
        assertEquals("[DROP_HIDDEN a]", text(NewestWins.moves(List.of(standing("a", 1, false, "1"), standing("a", 2, true, "2")))));
        assertEquals("[DROP_HIDDEN a]", text(NewestWins.moves(List.of(standing("a", 2, true, "2"), standing("a", 2, false, "1")))));
    }

    @Test
    void whatWasHiddenByARowThatIsHiddenComesBack() {
        List<Standing> rows = List.of(standing("a", 1, false, "1", null), standing("b", 2, true, "1", "2"), standing("c", 3, false, null, "2"));
        assertEquals("[HIDE b, SHOW a, SHOW c]", text(NewestWins.moves(rows)));
    }

    @Test
    void randomSetsEndAsTheDefinitionDemandsAndEveryMoveCanBeDone() {
        Random random = new Random(2);
        for (int round = 0; round < ROUNDS; round++) {
            List<Standing> writes = writes(random, 1 + random.nextInt(14), 1 + random.nextInt(8));
            List<Standing> order = new ArrayList<>(writes);
            Collections.shuffle(order, random);
            assertEquals(expected(writes), arrive(order).shownRows());
        }
    }

    /** What stands in a region: the table, whose unique keys hold at each moment, and the hidden rows. */
    private static final class Tables {
        final Map<String, Standing> table = new TreeMap<>();
        final Map<String, Standing> hidden = new HashMap<>();

        void arrive(Standing write) {
            Standing stands = table.getOrDefault(write.key(), hidden.get(write.key()));
            if (stands != null && stands.version().compareTo(write.version()) >= 0) {
                return;
            }
            table.remove(write.key());
            hidden.put(write.key(), at(write, false));
            List<Standing> all = new ArrayList<>(table.values());
            all.addAll(hidden.values());
            NewestWins.moves(all).forEach(this::move);
            all.clear();
            all.addAll(table.values());
            all.addAll(hidden.values());
            assertEquals(List.of(), NewestWins.moves(all));
        }

        void move(Move move) {
            String key = move.row().key();
            switch (move.kind()) {
                case DROP_HIDDEN -> hidden.remove(key);
                case DROP_SHOWN -> table.remove(key);
                case HIDE -> hidden.put(key, at(table.remove(key), false));
                case SHOW -> {
                    Standing row = at(hidden.remove(key), true);
                    for (Standing other : table.values()) {
                        assertTrue(free(row, other), () -> row + " beside " + other);
                    }
                    table.put(key, row);
                }
            }
        }

        Map<String, Standing> shownRows() {
            Map<String, Standing> rows = new HashMap<>();
            table.forEach((key, row) -> rows.put(key, at(row, false)));
            return rows;
        }
    }

    private static Tables arrive(List<Standing> order) {
        Tables tables = new Tables();
        order.forEach(tables::arrive);
        return tables;
    }

    private static boolean free(Standing one, Standing other) {
        for (int i = 0; i < one.values().size(); i++) {
            if (one.values().get(i) != null && one.values().get(i).equals(other.values().get(i))) {
                return false;
            }
        }
        return true;
    }

    /** By the definition: of all sets of rows that can stand together the one in which every row that is left out has a newer one in it. */
    private static Map<String, Standing> expected(List<Standing> writes) {
        Map<String, Standing> newest = new HashMap<>();
        writes.forEach(write -> newest.merge(write.key(), write, (a, b) -> a.version().compareTo(b.version()) >= 0 ? a : b));
        List<Standing> rows = List.copyOf(newest.values());
        for (int set = 0; set < 1 << rows.size(); set++) {
            if (isTheAnswer(rows, set)) {
                Map<String, Standing> shown = new HashMap<>();
                for (int i = 0; i < rows.size(); i++) {
                    if ((set & 1 << i) != 0) {
                        shown.put(rows.get(i).key(), rows.get(i));
                    }
                }
                return shown;
            }
        }
        throw new AssertionError("no set will do");
    }

    private static boolean isTheAnswer(List<Standing> rows, int set) {
        for (int i = 0; i < rows.size(); i++) {
            boolean blocked = false;
            for (int j = 0; j < rows.size(); j++) {
                boolean newerAndShown = (set & 1 << j) != 0 && rows.get(j).version().compareTo(rows.get(i).version()) > 0;
                blocked |= newerAndShown && !free(rows.get(i), rows.get(j));
            }
            if (blocked == ((set & 1 << i) != 0)) {
                return false;
            }
        }
        return true;
    }

    private static List<Standing> writes(Random random, int count, int keys) {
        List<Standing> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            writes.add(written("k" + random.nextInt(keys), i + 1, value(random), value(random)));
        }
        return writes;
    }

    private static String value(Random random) {
        int drawn = random.nextInt(5);
        return drawn == 0 ? null : "" + drawn;
    }

    private static Standing written(String key, long micros, String... values) {
        return standing(key, micros, false, values);
    }

    private static Standing standing(String key, long micros, boolean shown, String... values) {
        return new Standing(key, new Version(micros, micros % 2 == 0 ? "eu" : "us"), Arrays.asList(values), shown);
    }

    private static Standing at(Standing row, boolean shown) {
        return new Standing(row.key(), row.version(), row.values(), shown);
    }

    private static String text(List<Move> moves) {
        List<String> texts = new ArrayList<>(moves.stream().map(move -> move.kind() + " " + move.row().key()).toList());
        texts.sort(null);
        return texts.toString();
    }

    private static Set<List<Standing>> permutations(List<Standing> of) {
        if (of.isEmpty()) {
            return Set.of(List.of());
        }
        Set<List<Standing>> all = new HashSet<>();
        for (Standing first : of) {
            List<Standing> rest = new ArrayList<>(of);
            rest.remove(first);
            for (List<Standing> tail : permutations(rest)) {
                List<Standing> one = new ArrayList<>();
                one.add(first);
                one.addAll(tail);
                all.add(one);
            }
        }
        return all;
    }
}
