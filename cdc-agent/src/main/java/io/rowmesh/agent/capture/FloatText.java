package io.rowmesh.agent.capture;

import io.rowmesh.schema.ShortestDigits;

import java.math.BigDecimal;

/** Floating-point numbers as PostgreSQL prints them: the shortest digits that read back exactly, {@code 1e+22}, {@code -0}. */
final class FloatText {

    /** From this power of ten on PostgreSQL prints an exponent: its count of always exact decimal digits. */
    private static final int FLOAT8_DIGITS = 15;
    private static final int FLOAT4_DIGITS = 6;
    private static final int LEAST_PLAIN_EXPONENT = -4;

    private FloatText() {
    }

    static String of(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.toString(value);
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        return print(value < 0, ShortestDigits.of(Math.abs(value)), FLOAT8_DIGITS);
    }

    static String of(float value) {
        if (Float.isNaN(value) || Float.isInfinite(value)) {
            return Float.toString(value);
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        return print(value < 0, ShortestDigits.of(Math.abs(value)), FLOAT4_DIGITS);
    }

    private static String print(boolean negative, BigDecimal value, int plainDigits) {
        int exponent = value.precision() - value.scale() - 1;
        if (exponent >= LEAST_PLAIN_EXPONENT && exponent < plainDigits) {
            return (negative ? "-" : "") + value.toPlainString();
        }
        String digits = value.unscaledValue().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        int size = Math.abs(exponent);
        return (negative ? "-" : "") + digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }
}
