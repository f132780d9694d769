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
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
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
        double size = Math.abs(value);
        return print(value < 0, shortest(new BigDecimal(Double.toString(size)), new BigDecimal(size),
                new BigDecimal(size - Math.nextDown(size)), new BigDecimal(Math.ulp(size))), FLOAT8_DIGITS);
    }

    static String of(float value) {
        if (Float.isNaN(value) || Float.isInfinite(value)) {
            return Float.toString(value);
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        float size = Math.abs(value);
        return print(value < 0, shortest(new BigDecimal(Float.toString(size)), new BigDecimal(size),
                new BigDecimal(size - Math.nextDown(size)), new BigDecimal(Math.ulp(size))), FLOAT4_DIGITS);
    }

    /**
     * The fewest digits that are strictly nearer to the value than to its neighbours. Java's own are a good first guess, but not
     * always the fewest (4.9E-324), nor in JDK 17 the closest, and it takes some that lie exactly in the middle (1.0E23).
     *
     * @param below distance to the next smaller number
     * @param above distance to the next greater number
     */
    private static BigDecimal shortest(BigDecimal java, BigDecimal exact, BigDecimal below, BigDecimal above) {
        Predicate<BigDecimal> near = candidate -> {
            BigDecimal twice = candidate.subtract(exact).multiply(TWO);
            return twice.compareTo(above) < 0 && twice.negate().compareTo(below) < 0;
        };
        int precision = java.stripTrailingZeros().precision();
        while (!near.test(rounded(exact, precision))) {
            precision++;
        }
        while (precision > 1 && near.test(rounded(exact, precision - 1))) {
            precision--;
        }
        return rounded(exact, precision).stripTrailingZeros();
    }

    private static BigDecimal rounded(BigDecimal exact, int precision) {
        return exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
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
