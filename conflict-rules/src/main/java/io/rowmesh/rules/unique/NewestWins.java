package io.rowmesh.rules.unique;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which rows are shown where secondary unique keys collide: all rows, of each primary key the newest, in descending version; a
 * row is shown if no shown row has one of its unique values (convergence rule 13).
 *
 * <p>Why it converges: the newest row of each primary key is the maximum of a set (last-write-wins), and what is shown is a
 * function of those rows alone, so the order in which changes arrived has no effect. Deciding by pairs has one: if Y evicts X
 * and Z then evicts Y, X is gone; if Z comes before Y, X stays.
 */
public final class NewestWins {

    /** Equal versions are one origin's, of one microsecond: any total order will do that is the same everywhere. */
    private static final Comparator<Standing> NEWEST_FIRST = Comparator.comparing(Standing::pending).thenComparing(Standing::version).reversed()
            .thenComparing(Standing::key);

    private NewestWins() {
    }

    /**
     * What is to be done. Rows that collide with no hidden row, and have none of their key, may be left out: they are shown.
     *
     * @return moves in the order in which they can be done
     */
    public static List<Move> moves(List<Standing> rows) {
        List<Move> moves = new ArrayList<>();
        List<Standing> newest = newestOfKeys(rows, moves);
        Set<Standing> shown = shown(newest);
        for (Standing row : newest) {
            if (row.shown() != shown.contains(row)) {
                moves.add(new Move(row.shown() ? Move.Kind.HIDE : Move.Kind.SHOW, row));
            }
        }
        moves.sort(Comparator.comparing(Move::kind));
        return moves;
    }

    /** The rows that are shown, of rows with distinct keys. */
    static Set<Standing> shown(List<Standing> rows) {
        List<Standing> ordered = new ArrayList<>(rows);
        ordered.sort(NEWEST_FIRST);
        List<Set<String>> taken = new ArrayList<>();
        Set<Standing> shown = new HashSet<>();
        for (Standing row : ordered) {
            while (taken.size() < row.values().size()) {
                taken.add(new HashSet<>());
            }
            if (isFree(row, taken)) {
                shown.add(row);
                for (int i = 0; i < row.values().size(); i++) {
                    taken.get(i).add(row.values().get(i));
                }
            }
        }
        return shown;
    }

    private static boolean isFree(Standing row, List<Set<String>> taken) {
        for (int i = 0; i < row.values().size(); i++) {
            if (row.values().get(i) != null && taken.get(i).contains(row.values().get(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Of a key that stands twice the row of the table was written later where versions are equal: nobody hides a row without
     * looking at the table.
     */
    private static List<Standing> newestOfKeys(List<Standing> rows, List<Move> moves) {
        Map<String, Standing> newest = new HashMap<>();
        for (Standing row : rows) {
            Standing other = newest.putIfAbsent(row.key(), row);
            if (other == null) {
                continue;
            }
            boolean later = isLater(row, other);
            Standing older = later ? other : row;
            newest.put(row.key(), later ? row : other);
            moves.add(new Move(older.shown() ? Move.Kind.DROP_SHOWN : Move.Kind.DROP_HIDDEN, older));
        }
        return new ArrayList<>(newest.values());
    }

    private static boolean isLater(Standing row, Standing other) {
        if (row.cameOver(other) || other.cameOver(row)) {
            return row.cameOver(other);
        }
        int order = row.version().compareTo(other.version());
        return order > 0 || order == 0 && row.shown();
    }
}
