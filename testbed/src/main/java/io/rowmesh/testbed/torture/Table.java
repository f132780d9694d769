package io.rowmesh.testbed.torture;

import java.util.List;

/**
 * A replicated table that is compared row by row in the end.
 *
 * @param name without its schema, which is public
 * @param key  its key columns, in column order; all of types whose text has no quote or backslash
 */
record Table(String name, List<String> key) {

    static Table of(String name, String... key) {
        return new Table(name, List.of(key));
    }

    /** SQL for the canonical key of a row {@code t}, as the ledger, the tombstones and the parked rows name it. */
    String keyOfRow() {
        return key.stream().map(column -> "t." + column + "::text").reduce((a, b) -> a + " || '\",\"' || " + b)
                .map(texts -> "'[\"' || " + texts + " || '\"]'").orElseThrow();
    }
}
