package io.rowmesh.testbed.torture;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Column-merge: each group of columns holds what the newest write of the group set, whether or not the row was deleted in
 * between; the row lives if its newest write is newer than its newest delete.
 */
final class ColumnOracle implements Oracle {

    private final List<List<String>> groups;
    private final Map<String, Map<String, Write>> newestOfGroup = new HashMap<>();
    private final Map<String, Write> newestWrite = new HashMap<>();
    private final Map<String, Write> newestDelete = new HashMap<>();

    /** @param groups all columns but the key, in column order; columns that change hands together in one group */
    ColumnOracle(List<List<String>> groups) {
        this.groups = groups;
    }

    @Override
    public void add(Write write) {
        if (write.removes()) {
            newestDelete.merge(write.key(), write, Write::later);
            return;
        }
        newestWrite.merge(write.key(), write, Write::later);
        for (List<String> group : groups) {
            if (group.stream().anyMatch(write.values()::containsKey)) {
                newestOfGroup.computeIfAbsent(write.key(), k -> new HashMap<>()).merge(group.get(0), write, Write::later);
            }
        }
    }

    @Override
    public Map<String, StoredRow> rows(String table) {
        Map<String, StoredRow> rows = new HashMap<>();
        newestWrite.forEach((key, write) -> {
            Write deleted = newestDelete.get(key);
            if (deleted == null || write.isAfter(deleted)) {
                rows.put(key, new StoredRow(image(key), write.version()));
            }
        });
        return rows;
    }

    private String image(String key) {
        StringBuilder image = new StringBuilder("(").append(key.replaceAll("\\D", ""));
        for (List<String> group : groups) {
            Write write = newestOfGroup.get(key).get(group.get(0));
            group.forEach(column -> image.append(',').append(write.values().get(column)));
        }
        return image.append(')').toString();
    }
}
