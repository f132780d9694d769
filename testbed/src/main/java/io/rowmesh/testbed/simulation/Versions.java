package io.rowmesh.testbed.simulation;

/** Versions (commit timestamp, origin) as one number, in the order that decides. */
final class Versions {

    private static final int REGIONS = 8;

    private Versions() {
    }

    static long of(long micros, int origin) {
        return micros * REGIONS + origin;
    }

    static long of(Tuple row) {
        return of(row.writer().micros, row.writer().origin);
    }

    static long ofTombstone(Tuple tombstone) {
        return of(tombstone.micros, tombstone.origin);
    }

    static long micros(long version) {
        return version / REGIONS;
    }

    static int origin(long version) {
        return (int) (version % REGIONS);
    }

    static String text(long version) {
        return version == 0 ? "-" : micros(version) + "@" + World.NAMES[origin(version)];
    }
}
