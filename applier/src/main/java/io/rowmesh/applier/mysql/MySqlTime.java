package io.rowmesh.applier.mysql;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Microseconds since 1970-01-01 UTC and datetime(6) columns that hold UTC. */
final class MySqlTime {

    private static final DateTimeFormatter TEXT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private MySqlTime() {
    }

    static String text(long micros) {
        return TEXT.format(Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L));
    }

    /** SQL that gives a datetime expression in microseconds, exactly. */
    static String micros(String datetime) {
        return "timestampdiff(microsecond, '1970-01-01', " + datetime + ")";
    }
}
