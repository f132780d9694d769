package io.rowmesh.rules;

import java.math.BigDecimal;

/** Exact arithmetic on the texts of PostgreSQL's integers and numerics. Null is nothing: zero to a sum, no value to max and min. */
final class Numbers {

    private Numbers() {
    }

    /**
     * What stands plus what a write added. A value that overflows its column is refused by the database, not here.
     *
     * @param before the value before the write, null for an insert
     * @throws IllegalArgumentException for NaN and infinity, which no difference can undo
     */
    static String sum(String stored, String before, String after) {
        return finite(stored).add(finite(after)).subtract(finite(before)).toPlainString();
    }

    private static BigDecimal finite(String text) {
        if (text == null) {
            return BigDecimal.ZERO;
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a column under sum holds " + text + ", which cannot be added to", e);
        }
    }

    static String max(String left, String right) {
        return left == null || (right != null && compare(left, right) < 0) ? right : left;
    }

    static String min(String left, String right) {
        return left == null || (right != null && compare(left, right) > 0) ? right : left;
    }

    /** PostgreSQL's order (NaN is above infinity); of equal numbers the one with more digits is above, so that the order is total. */
    private static int compare(String left, String right) {
        int special = Integer.compare(rank(left), rank(right));
        if (special != 0 || rank(left) != 0) {
            return special;
        }
        BigDecimal a = new BigDecimal(left);
        BigDecimal b = new BigDecimal(right);
        int byValue = a.compareTo(b);
        return byValue != 0 ? byValue : Integer.compare(a.scale(), b.scale());
    }

    private static int rank(String text) {
        return switch (text) {
            case "-Infinity" -> -1;
            case "Infinity" -> 1;
            case "NaN" -> 2;
            default -> 0;
        };
    }
}
