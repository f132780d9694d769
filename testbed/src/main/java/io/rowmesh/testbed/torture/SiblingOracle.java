package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Of the writes of a row that no other write had seen: in the table {@code ranked} the one of the region that comes first, in
 * {@code homes} one whose own home column names its region, and the newest of those.
 */
final class SiblingOracle implements Oracle {

    private final List<String> regions;
    private final int keys;
    private final Map<List<String>, List<Write>> writes = new HashMap<>();

    /** @param keys how many rows stood at the beginning, in each table */
    SiblingOracle(List<String> regions, int keys) {
        this.regions = regions;
        this.keys = keys;
    }

    @Override
    public void add(Write write) {
        writes.computeIfAbsent(List.of(write.table(), write.key()), k -> new ArrayList<>()).add(write);
    }

    @Override
    public Map<String, StoredRow> rows(String table) {
        Map<String, StoredRow> rows = new HashMap<>();
        for (int id = 1; id <= keys; id++) {
            String key = "[\"" + id + "\"]";
            List<Write> all = writes.get(List.of(table, key));
            rows.put(key, all == null ? new StoredRow("(" + id + ",us,base)", new Version(0, "-")) : row(table, all));
        }
        return rows;
    }

    private StoredRow row(String table, List<Write> all) {
        Map<String, Long> seen = new HashMap<>();
        for (Write write : all) {
            write.seen().forEach((region, position) -> seen.merge(region, position, Math::max));
        }
        Write chosen = all.stream().filter(write -> seen.getOrDefault(write.version().origin(), 0L) < write.position())
                .max(order(table).thenComparing((a, b) -> a.isAfter(b) ? 1 : -1)).orElseThrow();
        return new StoredRow(chosen.image(), chosen.version());
    }

    private Comparator<Write> order(String table) {
        return table.equals("ranked") ? Comparator.comparingInt(write -> -regions.indexOf(write.version().origin()))
                : Comparator.comparing(write -> write.image().split(",")[1].equals(write.version().origin()));
    }
}
