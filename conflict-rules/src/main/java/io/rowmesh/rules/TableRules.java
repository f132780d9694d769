package io.rowmesh.rules;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What decides concurrent writes of one table. All regions must have the same.
 *
 * @param row      what decides rows
 * @param columns  column name to its own rule; only with last-write-wins
 * @param groups   columns that change hands together; only with column-merge, where every other column is by itself
 * @param priority regions, the first wins; only with region-priority
 * @param home     the column that names the row's own region, else null; only with home-region
 * @param custom   the name of the custom rule, else null
 * @param newestOfUnique whether of rows with one unique value the newest is shown and the others are hidden; else they are parked. Only
 *                 with last-write-wins and without columns of their own rules
 */
public record TableRules(RowRule row, Map<String, ColumnRule> columns, List<List<String>> groups, List<String> priority,
                         String home, String custom, boolean newestOfUnique) {

    /** The default: nothing but last-write-wins. */
    public static final TableRules LAST_WRITE_WINS = of(RowRule.LAST_WRITE_WINS);

    /** Where rows that break a secondary unique key are parked. */
    public TableRules(RowRule row, Map<String, ColumnRule> columns, List<List<String>> groups, List<String> priority, String home,
                      String custom) {
        this(row, columns, groups, priority, home, custom, false);
    }

    public TableRules {
        columns = Collections.unmodifiableMap(new TreeMap<>(columns));
        groups = groups.stream().map(List::copyOf).toList();
        priority = List.copyOf(priority);
    }

    /** A rule that needs no more than its name. */
    public static TableRules of(RowRule row) {
        return new TableRules(row, Map.of(), List.of(), List.of(), null, null);
    }

    /** Last-write-wins but for these columns. */
    public static TableRules counting(Map<String, ColumnRule> columns) {
        return new TableRules(RowRule.LAST_WRITE_WINS, columns, List.of(), List.of(), null, null);
    }

    /** Last-write-wins, and of rows with one unique value the newest is shown. */
    public static TableRules newestWins() {
        return new TableRules(RowRule.LAST_WRITE_WINS, Map.of(), List.of(), List.of(), null, null, true);
    }

    public static TableRules columnMerge(List<List<String>> groups) {
        return new TableRules(RowRule.COLUMN_MERGE, Map.of(), groups, List.of(), null, null);
    }

    /** Whether some column is a sum, max, min or union: a table. */
    public boolean counts() {
        return !columns.isEmpty();
    }

    /** Whether rows are chosen from the siblings that had not seen each other. */
    public boolean choosesSiblings() {
        return switch (row) {
            case LAST_WRITE_WINS, COLUMN_MERGE -> false;
            case REGION_PRIORITY, HOME_REGION, PARK, CUSTOM -> true;
        };
    }

    /** Whether a decision depends on what the other region had seen: then seen must be exact and delivery causal (rule 9). */
    public boolean deciding() {
        return counts() || choosesSiblings();
    }

    /** Whether more than the row, its version and its tombstone decides. */
    public boolean merges() {
        return deciding() || row == RowRule.COLUMN_MERGE;
    }

    /** The names of all rules in use, as the configuration writes them. */
    public Set<String> labels() {
        Set<String> labels = new TreeSet<>();
        labels.add(row.label());
        columns.values().forEach(rule -> labels.add(rule.label()));
        if (newestOfUnique) {
            labels.add("unique: newest-wins");
        }
        return labels;
    }

    /** One line that is equal exactly when the rules are: regions compare it. */
    public String canonical() {
        return row.label() + " " + columns + " " + canonicalGroups() + " " + priority + " " + home + " " + custom + (newestOfUnique ? " newest-wins" : "");
    }

    private List<List<String>> canonicalGroups() {
        return groups.stream().map(group -> group.stream().sorted().toList())
                .sorted(java.util.Comparator.comparing(Object::toString)).toList();
    }
}
