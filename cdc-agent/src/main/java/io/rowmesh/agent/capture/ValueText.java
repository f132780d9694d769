package io.rowmesh.agent.capture;

import io.debezium.connector.postgresql.PostgresValueConverter;
import io.debezium.data.SpecialValueDecimal;
import io.rowmesh.schema.Row;
import org.postgresql.jdbc.PgArray;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;

/**
 * From what Debezium's decoder makes of a value to the text PostgreSQL printed. Most types come as that text already; the rest
 * is printed again. Where the decoder maps two values to one, the text is one of the two constants, known by identity.
 */
final class ValueText {

    /**
     * {@code timestamp 'infinity'} or the one finite timestamp the decoder takes it for, and likewise the negative. By their
     * identity the reader of the row knows that the value is in doubt and has to be looked up.
     */
    @SuppressWarnings("StringOperationCanBeSimplified")
    static final String PERHAPS_INFINITY = new String("infinity");
    @SuppressWarnings("StringOperationCanBeSimplified")
    static final String PERHAPS_NEGATIVE_INFINITY = new String("-infinity");
    /** An interval of zero, or {@code 'infinity'}, of which the decoder makes zero. */
    @SuppressWarnings("StringOperationCanBeSimplified")
    static final String PERHAPS_ZERO_INTERVAL = new String("00:00:00");

    private ValueText() {
    }

    /** @throws IllegalArgumentException when the decoder gives something this was not made for */
    static String of(Object value) {
        if (value == null || value instanceof String) {
            return (String) value;
        }
        if (value instanceof Integer || value instanceof Long || value instanceof Short) {
            return value.toString();
        }
        if (value instanceof Boolean bool) {
            return bool ? "t" : "f";
        }
        if (value.getClass() == Object.class) {
            // The decoder's mark for a value that is stored out of line and was not changed. No user value is of this class.
            return Row.ABSENT;
        }
        return value instanceof Number number ? number(number) : other(value);
    }

    @SuppressWarnings("StringEquality")
    static boolean inDoubt(String text) {
        return text == PERHAPS_INFINITY || text == PERHAPS_NEGATIVE_INFINITY || text == PERHAPS_ZERO_INTERVAL;
    }

    private static String number(Number value) {
        if (value instanceof Double number) {
            return FloatText.of(number.doubleValue());
        }
        if (value instanceof Float number) {
            return FloatText.of(number.floatValue());
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        throw unknown(value);
    }

    private static String other(Object value) {
        if (value instanceof SpecialValueDecimal decimal) {
            return decimal(decimal);
        }
        if (value instanceof PgArray array) {
            return array.toString();
        }
        if (value instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            return "\\x" + HexFormat.of().formatHex(copy);
        }
        if (value instanceof PGInterval interval) {
            String text = TimeText.interval(interval);
            return text.equals(PERHAPS_ZERO_INTERVAL) ? PERHAPS_ZERO_INTERVAL : text;
        }
        return value instanceof PGobject geometry ? GeometryText.of(geometry) : time(value);
    }

    private static String decimal(SpecialValueDecimal decimal) {
        if (decimal.getDecimalValue().isPresent()) {
            return decimal.getDecimalValue().get().toPlainString();
        }
        return switch (decimal.toString()) {
            case "NAN" -> "NaN";
            case "POSITIVE_INFINITY" -> "Infinity";
            case "NEGATIVE_INFINITY" -> "-Infinity";
            default -> throw unknown(decimal);
        };
    }

    private static String time(Object value) {
        if (value instanceof Instant instant) {
            return timestamp(instant);
        }
        if (value instanceof OffsetDateTime timestamp) {
            return timestampWithZone(timestamp);
        }
        if (value instanceof LocalDate date) {
            return date(date);
        }
        throw unknown(value);
    }

    private static String timestamp(Instant instant) {
        if (instant.equals(PostgresValueConverter.POSITIVE_INFINITY_INSTANT)) {
            return PERHAPS_INFINITY;
        }
        if (instant.equals(PostgresValueConverter.NEGATIVE_INFINITY_INSTANT)) {
            return PERHAPS_NEGATIVE_INFINITY;
        }
        return TimeText.timestamp(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }

    /** The marks of infinity are far outside of what PostgreSQL can store, for these two types. */
    private static String timestampWithZone(OffsetDateTime timestamp) {
        if (timestamp.equals(PostgresValueConverter.POSITIVE_INFINITY_OFFSET_DATE_TIME)) {
            return "infinity";
        }
        if (timestamp.equals(PostgresValueConverter.NEGATIVE_INFINITY_OFFSET_DATE_TIME)) {
            return "-infinity";
        }
        return TimeText.timestampWithZone(timestamp.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
    }

    private static String date(LocalDate date) {
        if (date.equals(PostgresValueConverter.POSITIVE_INFINITY_LOCAL_DATE)) {
            return "infinity";
        }
        if (date.equals(PostgresValueConverter.NEGATIVE_INFINITY_LOCAL_DATE)) {
            return "-infinity";
        }
        return TimeText.date(date);
    }

    private static IllegalArgumentException unknown(Object value) {
        return new IllegalArgumentException("a value of class " + value.getClass().getName() + ", whose text is not known");
    }
}
