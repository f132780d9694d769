package io.rowmesh.testbed.torture;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What a region holds when nothing is under way any more: rows, ledger, and what rowmesh keeps beside. */
interface Remains {

    /** All committed writes of the region's users, in no order that matters. */
    void writes(Consumer<Write> each);

    /** Those of one key, truncates included. */
    void writesOf(String table, String key, Consumer<Write> each);

    /** All rows of a table, by key. */
    Map<String, StoredRow> rows(Table table);

    /** Table, key and a text of each. */
    List<List<String>> tombstones();

    /** Table, key and a text of each. */
    List<List<String>> parked();

    /** What was written here more than once though written once by its user, each with how often. */
    Map<String, Long> repeated();
}
