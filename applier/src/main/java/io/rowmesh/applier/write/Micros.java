package io.rowmesh.applier.write;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Commit timestamps between microseconds since 1970-01-01 UTC and PostgreSQL's exact text. */
public final class Micros {

    private static final DateTimeFormatter TEXT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS'+00'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Micros() {
    }

    public static String text(long micros) {
        return TEXT.format(Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L));
    }

    /** What this machine's clock says. */
    public static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** SQL that gives a timestamptz expression in microseconds, exactly (extract returns numeric). */
    public static String sql(String timestamptz) {
        return "(extract(epoch from " + timestamptz + ") * 1000000)::bigint";
    }
}
