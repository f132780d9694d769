package io.rowmesh.testbed.torture;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What last-write-wins must end with: a function of the set of all committed writes, in whatever order they are told. It
 * shares no code with the rules: of the writes of a key the greatest one counts, and a truncate is a write of every key.
 */
final class LastWriteOracle {

    private final Map<String, Map<String, Write>> newest = new HashMap<>();
    private final Map<String, Write> newestTruncate = new HashMap<>();

    void add(Write write) {
        if (write.kind() == Write.Kind.TRUNCATE) {
            newestTruncate.merge(write.table(), write, LastWriteOracle::later);
        } else {
            newest.computeIfAbsent(write.table(), t -> new HashMap<>()).merge(write.key(), write, LastWriteOracle::later);
        }
    }

    private static Write later(Write a, Write b) {
        return b.isAfter(a) ? b : a;
    }

    /** The rows of a table that must be there, by key. */
    Map<String, Write> rows(String table) {
        Map<String, Write> rows = new HashMap<>();
        newest.getOrDefault(table, Map.of()).forEach((key, write) -> {
            if (write.kind() == Write.Kind.ROW && survivesTruncate(write)) {
                rows.put(key, write);
            }
        });
        return rows;
    }

    private boolean survivesTruncate(Write write) {
        Write truncate = newestTruncate.get(write.table());
        return truncate == null || write.isAfter(truncate);
    }

    /** The write that decides a key; empty when nobody ever wrote it. */
    Optional<Write> deciding(String table, String key) {
        Write own = newest.getOrDefault(table, Map.of()).get(key);
        Write truncate = newestTruncate.get(table);
        if (own == null || truncate == null) {
            return Optional.ofNullable(own == null ? truncate : own);
        }
        return Optional.of(later(own, truncate));
    }
}
