package io.rowmesh.schema.types;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.regex.Pattern;

/** Binary floating-point numbers: by their bits, never by their decimal texts. */
final class FloatTexts {

    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");
    /** So many digits tell any two numbers apart. */
    private static final int FLOAT_DIGITS = 9;
    private static final int DOUBLE_DIGITS = 17;
    /** A decimal with so many digits is what its nearest number rounds to, unless that is subnormal: no fewer need to be tried. */
    private static final int FLOAT_DIGITS_KEPT = 6;
    private static final int DOUBLE_DIGITS_KEPT = 15;
    /** Up to this many digits before the point PostgreSQL writes them without exponent. */
    private static final int POSTGRES_FLOAT_PLAIN = 6;
    private static final int POSTGRES_DOUBLE_PLAIN = 15;

    private FloatTexts() {
    }

    /** Between single-precision types. */
    static String single(String text, Converter.Pair pair) throws ValueMisfit {
        float value = Float.parseFloat(finite(text));
        return write(value, shortest(value), POSTGRES_FLOAT_PLAIN, pair);
    }

    /** Between double-precision types. */
    static String dual(String text, Converter.Pair pair) throws ValueMisfit {
        double value = Double.parseDouble(finite(text));
        return write(value, shortest(value), POSTGRES_DOUBLE_PLAIN, pair);
    }

    /** Single into double precision: the same number, which may have a longer decimal text. */
    static String widened(String text, Converter.Pair pair) throws ValueMisfit {
        double value = Float.parseFloat(finite(text));
        return write(value, shortest(value), POSTGRES_DOUBLE_PLAIN, pair);
    }

    /** Double into single precision. */
    static String narrowed(String text, Converter.Pair pair) throws ValueMisfit {
        double value = Double.parseDouble(finite(text));
        float narrow = (float) value;
        if (narrow != value) {
            throw ValueMisfit.of("is no number of single precision");
        }
        return write(narrow, shortest(narrow), POSTGRES_FLOAT_PLAIN, pair);
    }

    private static String finite(String text) throws ValueMisfit {
        if (!NUMBER.matcher(text).matches()) {
            throw ValueMisfit.of("is not a finite number, and MySQL holds no other");
        }
        return text;
    }

    /** The decimal with the fewest digits that reads back to this number. */
    static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = Math.abs(value) < Double.MIN_NORMAL ? 1 : DOUBLE_DIGITS_KEPT; digits < DOUBLE_DIGITS; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits));
            if (rounded.doubleValue() == value) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(DOUBLE_DIGITS));
    }

    private static BigDecimal shortest(float value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = Math.abs(value) < Float.MIN_NORMAL ? 1 : FLOAT_DIGITS_KEPT; digits < FLOAT_DIGITS; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits));
            if (rounded.floatValue() == value) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(FLOAT_DIGITS));
    }

    private static String write(double value, BigDecimal shortest, int plainDigits, Converter.Pair pair) throws ValueMisfit {
        boolean negative = Double.doubleToRawLongBits(value) < 0;
        if (negative && pair.target().base().endsWith(" unsigned")) {
            throw ValueMisfit.of("is below zero");
        }
        if (value == 0) {
            return negative ? "-0" : "0";
        }
        BigDecimal digits = shortest.stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        boolean plain = pair.target().mySql() ? exponent >= -3 && exponent < 7 : exponent >= -4 && exponent < plainDigits;
        return plain ? digits.toPlainString() : scientific(digits, exponent, pair.target().mySql());
    }

    /** PostgreSQL writes the exponent with a sign and two digits at least. */
    private static String scientific(BigDecimal digits, int exponent, boolean mySql) {
        String mantissa = digits.movePointLeft(exponent).toPlainString();
        return mantissa + (mySql ? "e" + exponent : String.format("e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent)));
    }
}
