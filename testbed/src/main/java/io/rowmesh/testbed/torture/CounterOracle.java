package io.rowmesh.testbed.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Counters: a change counts if and only if it had seen every delete of its key. The row is what the counting changes add up to
 * (n), reach at most (hi), at least (lo), and together name (tags); v is that of the newest of them.
 */
final class CounterOracle implements Oracle {

    private final Map<String, Map<String, List<Write>>> changes = new HashMap<>();
    /** Table and key, or all keys, to region to the position of its last delete. */
    private final Map<List<String>, Map<String, Long>> deletes = new HashMap<>();

    @Override
    public void add(Write write) {
        if (write.removes()) {
            deletes.computeIfAbsent(List.of(write.table(), write.key()), k -> new HashMap<>()).merge(write.version().origin(), write.position(), Math::max);
        } else {
            changes.computeIfAbsent(write.table(), t -> new HashMap<>()).computeIfAbsent(write.key(), k -> new ArrayList<>()).add(write);
        }
    }

    @Override
    public Map<String, StoredRow> rows(String table) {
        Map<String, StoredRow> rows = new HashMap<>();
        changes.getOrDefault(table, Map.of()).forEach((key, all) -> {
            List<Write> counting = all.stream().filter(this::counts).toList();
            if (!counting.isEmpty()) {
                rows.put(key, row(key, counting));
            }
        });
        return rows;
    }

    private boolean counts(Write change) {
        return saw(change, deletes.getOrDefault(List.of(change.table(), change.key()), Map.of()))
                && saw(change, deletes.getOrDefault(List.of(change.table(), Write.ALL), Map.of()));
    }

    private static boolean saw(Write change, Map<String, Long> deleted) {
        return deleted.entrySet().stream().allMatch(d -> change.seen().getOrDefault(d.getKey(), 0L) >= d.getValue());
    }

    private static StoredRow row(String key, List<Write> counting) {
        Write newest = counting.stream().reduce(Write::later).orElseThrow();
        TreeSet<String> tags = new TreeSet<>();
        counting.forEach(change -> tags.add(change.values().get("tags")));
        String joined = tags.size() == 1 ? "{" + tags.first() + "}" : "\"{" + String.join(",", tags) + "}\"";
        return new StoredRow("(" + key.replaceAll("\\D", "") + "," + counting.stream().mapToLong(c -> number(c, "n")).sum() + ","
                + counting.stream().mapToLong(c -> number(c, "hi")).max().orElseThrow() + ","
                + counting.stream().mapToLong(c -> number(c, "lo")).min().orElseThrow() + "," + joined + "," + newest.values().get("v") + ")",
                newest.version());
    }

    private static long number(Write change, String column) {
        return Long.parseLong(change.values().get(column));
    }
}
