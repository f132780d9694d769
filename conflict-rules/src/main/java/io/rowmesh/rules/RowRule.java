package io.rowmesh.rules;

import java.util.Arrays;
import java.util.Locale;

/** What decides between concurrent writes of one row. docs/rules.md says of each why all regions end equal. */
public enum RowRule {
    /** The write with the greatest version stays ({@link LastWriteWins}). */
    LAST_WRITE_WINS,
    /** Each column, or group of columns, has a last write of its own. */
    COLUMN_MERGE,
    /** The write of the region that comes first in a list stays. */
    REGION_PRIORITY,
    /** The write of the region that a column of the row names stays. */
    HOME_REGION,
    /** Each region keeps its own write, and a person settles it. */
    PARK,
    /** A Java class found by its name chooses. */
    CUSTOM;

    /** As written in the configuration, such as {@code column-merge}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException when no rule is called so */
    public static RowRule parse(String label) {
        return Arrays.stream(values()).filter(rule -> rule.label().equals(label)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not a rule: " + label));
    }
}
