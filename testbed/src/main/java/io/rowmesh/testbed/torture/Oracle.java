package io.rowmesh.testbed.torture;

import java.util.Map;

/**
 * What a rule must end with: a function of the set of all committed writes, in whatever order they are told. Shares no code
 * with the rules.
 */
interface Oracle {

    void add(Write write);

    /** The rows of a table that must be there, by key, each with the version that it must have. */
    Map<String, StoredRow> rows(String table);
}
