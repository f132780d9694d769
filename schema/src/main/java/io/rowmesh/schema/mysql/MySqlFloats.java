package io.rowmesh.schema.mysql;

import io.rowmesh.schema.ShortestDigits;

import java.math.BigDecimal;

/**
 * Floating-point numbers of MySQL as they travel: the fewest digits that read back to the same bits, plain from 0.00001 to 15 digits, else
 * {@code 1.5e300}. MySQL's own texts of a float have six digits.
 */
public final class MySqlFloats {

    private static final int PLAIN_BELOW = 15;
    private static final int PLAIN_FROM = -5;

    private MySqlFloats() {
    }

    /** @param value finite */
    public static String text(double value) {
        return value == 0 ? zero(1 / value < 0) : text(value < 0, ShortestDigits.of(Math.abs(value)));
    }

    /** @param value finite */
    public static String text(float value) {
        return value == 0 ? zero(1 / value < 0) : text(value < 0, ShortestDigits.of(Math.abs(value)));
    }

    private static String zero(boolean negative) {
        return negative ? "-0" : "0";
    }

    private static String text(boolean negative, BigDecimal size) {
        int exponent = size.precision() - size.scale() - 1;
        return (negative ? "-" : "") + (exponent >= PLAIN_FROM && exponent < PLAIN_BELOW ? size.toPlainString() : scientific(size, exponent));
    }

    private static String scientific(BigDecimal size, int exponent) {
        String digits = size.unscaledValue().toString();
        return digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "") + "e" + exponent;
    }
}
