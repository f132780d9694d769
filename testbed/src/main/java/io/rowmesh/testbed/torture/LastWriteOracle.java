package io.rowmesh.testbed.torture;

import java.util.HashMap;
import java.util.Map;

/** Last-write-wins: of the writes of a key the greatest one counts, and a truncate is a write of every key. */
final class LastWriteOracle implements Oracle {

    private final Map<String, Map<String, Write>> newest = new HashMap<>();
    private final Map<String, Write> newestTruncate = new HashMap<>();

    @Override
    public void add(Write write) {
        if (write.kind() == Write.Kind.TRUNCATE) {
            newestTruncate.merge(write.table(), write, Write::later);
        } else {
            newest.computeIfAbsent(write.table(), t -> new HashMap<>()).merge(write.key(), write, Write::later);
        }
    }

    @Override
    public Map<String, StoredRow> rows(String table) {
        Write truncate = newestTruncate.get(table);
        Map<String, StoredRow> rows = new HashMap<>();
        newest.getOrDefault(table, Map.of()).forEach((key, write) -> {
            if (!write.removes() && (truncate == null || write.isAfter(truncate))) {
                rows.put(key, new StoredRow(write.image(), write.version()));
            }
        });
        return rows;
    }
}
