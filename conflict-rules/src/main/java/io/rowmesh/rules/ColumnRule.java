package io.rowmesh.rules;

import java.util.Arrays;
import java.util.Locale;

/** How concurrent writes of one column become one value, on a table whose other columns are last-write-wins. */
public enum ColumnRule {
    /** A counter: what each write added counts. */
    SUM,
    /** The greatest value ever written. */
    MAX,
    /** The least value ever written. */
    MIN,
    /** An array as a set that only grows. */
    UNION;

    /** As written in the configuration, such as {@code sum}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when no rule is called so */
    public static ColumnRule parse(String label) {
        return Arrays.stream(values()).filter(rule -> rule.label().equals(label)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not a column rule: " + label));
    }
}
