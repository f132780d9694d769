package io.rowmesh.schema;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.Predicate;

/**
 * The fewest decimal digits that are strictly nearer to a floating-point number than to its neighbours. Java's own are a good first
 * guess, but not always the fewest (4.9E-324), nor in JDK 17 the closest, and it takes some that lie exactly in the middle (1.0E23).
 */
public final class ShortestDigits {

    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    private ShortestDigits() {
    }

    /** @param size finite and positive */
    public static BigDecimal of(double size) {
        return shortest(new BigDecimal(Double.toString(size)), new BigDecimal(size),
                new BigDecimal(size - Math.nextDown(size)), new BigDecimal(Math.ulp(size)));
    }

    /** @param size finite and positive */
    public static BigDecimal of(float size) {
        return shortest(new BigDecimal(Float.toString(size)), new BigDecimal(size),
                new BigDecimal(size - Math.nextDown(size)), new BigDecimal(Math.ulp(size)));
    }

    /**
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
}
