package io.rowmesh.node.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them. */
public final class Amounts {

    public static final String DURATION_EXPECTED = "expected a duration such as 500ms, 2s, 5m, 1h or 30d";
    public static final String SIZE_EXPECTED = "expected a size such as 512MiB or 10GiB";

    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})([a-zA-Z]+)");
    private static final Map<String, Duration> DURATIONS = Map.of(
            "ms", Duration.ofMillis(1), "s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1), "d", Duration.ofDays(1));
    private static final Map<String, Long> SIZES = Map.of("KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);

    private Amounts() {
    }

    /** {@code 2s}, {@code 500ms}; throws IllegalArgumentException with what is expected. */
    public static Duration duration(String text) {
        return Duration.ofMillis(amount(text, unit -> DURATIONS.containsKey(unit) ? DURATIONS.get(unit).toMillis() : null, DURATION_EXPECTED));
    }

    /** Bytes of {@code 10GiB}, {@code 512MiB}; throws IllegalArgumentException with what is expected. */
    public static long bytes(String text) {
        return amount(text, SIZES::get, SIZE_EXPECTED);
    }

    private static long amount(String text, java.util.function.Function<String, Long> unit, String expected) {
        Matcher form = FORM.matcher(text);
        Long factor = form.matches() ? unit.apply(form.group(2)) : null;
        if (factor == null) {
            throw new IllegalArgumentException(expected);
        }
        long amount = Long.parseLong(form.group(1));
        if (amount == 0 || amount > Long.MAX_VALUE / factor) {
            throw new IllegalArgumentException(expected + ", above zero");
        }
        return amount * factor;
    }
}
