package io.rowmesh.testbed.torture;

/** Something that a region has and should not have, or the other way round; the table and key are of interest for the story. */
record Difference(String region, String table, String key, String expected, String found) {

    @Override
    public String toString() {
        return "region " + region + ", " + table + " " + key + ": expected " + expected + ", found " + found;
    }
}
