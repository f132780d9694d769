package io.rowmesh.agent.capture;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.Predicate;

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
        BigDecimal java = new BigDecimal(Double.toString(value));
        return print(shortest(java, new BigDecimal(value), digits -> digits.doubleValue() == value), FLOAT8_DIGITS);
    }

    static String of(float value) {
        if (Float.isNaN(value) || Float.isInfinite(value)) {
            return Float.toString(value);
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal java = new BigDecimal(Float.toString(value));
        return print(shortest(java, new BigDecimal(value), digits -> digits.floatValue() == value), FLOAT4_DIGITS);
    }

    /** Java's own digits read back exactly, but are not always the fewest (4.9E-324), nor in JDK 17 the closest. */
    private static BigDecimal shortest(BigDecimal java, BigDecimal exact, Predicate<BigDecimal> readsBack) {
        BigDecimal best = java.stripTrailingZeros();
        for (int precision = best.precision(); precision > 0; precision--) {
            BigDecimal candidate = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
            if (!readsBack.test(candidate)) {
                break;
            }
            best = candidate.stripTrailingZeros();
        }
        return best;
    }

    private static String print(BigDecimal value, int plainDigits) {
        int exponent = value.precision() - value.scale() - 1;
        if (exponent >= LEAST_PLAIN_EXPONENT && exponent < plainDigits) {
            return value.toPlainString();
        }
        String digits = value.unscaledValue().abs().toString();
        String sign = value.signum() < 0 ? "-" : "";
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        int size = Math.abs(exponent);
        return sign + digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }
}
