package io.rowmesh.testbed.torture;

import java.util.List;
import java.util.stream.Stream;

/**
 * A replicated table that is compared row by row in the end.
 *
 * @param name    without its schema, which is public
 * @param key     its key columns, in column order; all of types whose text has no quote or backslash
 * @param columns all, where a MySQL region may have the table
 */
record Table(String name, List<String> key, List<String> columns) {

    static Table of(String name, String... key) {
        return new Table(name, List.of(key), List.of(key));
    }

    /** With further columns, behind those of the key. */
    Table with(String... more) {
        return new Table(name, key, Stream.concat(key.stream(), Stream.of(more)).toList());
    }

    /** SQL of PostgreSQL for the canonical key of a row {@code t}, as the ledger, the tombstones and the parked rows name it. */
    String keyOfRow() {
        return key.stream().map(column -> "t." + column + "::text").reduce((a, b) -> a + " || '\",\"' || " + b)
                .map(texts -> "'[\"' || " + texts + " || '\"]'").orElseThrow();
    }
}
