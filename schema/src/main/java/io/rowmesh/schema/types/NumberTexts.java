package io.rowmesh.schema.types;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Pattern;

/** Whole and decimal numbers: nothing is rounded, and nothing is cut off at the end of a range. */
final class NumberTexts {

    private static final Pattern PLAIN = Pattern.compile("-?\\d+(\\.\\d+)?");

    private static final Range YEARS = new Range(BigInteger.valueOf(1901), BigInteger.valueOf(2155));
    private static final Map<String, Range> RANGES = Map.ofEntries(
            Map.entry("mysql:tinyint", Range.signed(8)), Map.entry("mysql:tinyint(1)", Range.signed(8)),
            Map.entry("mysql:tinyint unsigned", Range.unsigned(8)),
            Map.entry("mysql:smallint", Range.signed(16)), Map.entry("mysql:smallint unsigned", Range.unsigned(16)),
            Map.entry("mysql:mediumint", Range.signed(24)), Map.entry("mysql:mediumint unsigned", Range.unsigned(24)),
            Map.entry("mysql:int", Range.signed(32)), Map.entry("mysql:int unsigned", Range.unsigned(32)),
            Map.entry("mysql:bigint", Range.signed(64)), Map.entry("mysql:bigint unsigned", Range.unsigned(64)),
            Map.entry("smallint", Range.signed(16)), Map.entry("integer", Range.signed(32)), Map.entry("bigint", Range.signed(64)));

    /** Both ends belong to it. */
    record Range(BigInteger least, BigInteger most) {

        static Range signed(int bits) {
            BigInteger half = BigInteger.ONE.shiftLeft(bits - 1);
            return new Range(half.negate(), half.subtract(BigInteger.ONE));
        }

        static Range unsigned(int bits) {
            return new Range(BigInteger.ZERO, BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE));
        }

        boolean holds(BigInteger number) {
            return number.compareTo(least) >= 0 && number.compareTo(most) <= 0;
        }

        boolean holds(Range other) {
            return holds(other.least) && holds(other.most);
        }
    }

    private NumberTexts() {
    }

    /** Null when it is no type of whole numbers. */
    static Range range(TypeName type) {
        return RANGES.get(type.pattern());
    }

    /** A number into a type of whole numbers. */
    static String whole(String text, Converter.Pair pair) throws ValueMisfit {
        BigDecimal number = number(text);
        if (number.stripTrailingZeros().scale() > 0) {
            throw ValueMisfit.of("is not a whole number");
        }
        Range range = range(pair.target());
        BigInteger whole = number.toBigInteger();
        if (!range.holds(whole)) {
            throw ValueMisfit.of("is not between " + range.least() + " and " + range.most());
        }
        return whole.toString();
    }

    /** A number into a decimal type, which pads with zeros up to its scale. */
    static String decimal(String text, Converter.Pair pair) throws ValueMisfit {
        BigDecimal number = number(text);
        if (pair.target().base().endsWith(" unsigned") && number.signum() < 0) {
            throw ValueMisfit.of("is below zero");
        }
        if (pair.target().numbers().isEmpty()) {
            return number.toPlainString();
        }
        int precision = pair.target().number(0);
        int scale = pair.target().number(1);
        if (number.signum() != 0 && number.stripTrailingZeros().scale() > scale) {
            throw ValueMisfit.of("has digits that a scale of " + scale + " does not keep");
        }
        BigDecimal scaled = number.setScale(scale);
        if (scaled.signum() != 0 && scaled.precision() > precision) {
            throw ValueMisfit.of("has more digits than a precision of " + precision + " and a scale of " + scale + " keep");
        }
        return scaled.toPlainString();
    }

    /** A whole number into a year of MySQL's: text that is shorter than four digits would mean another one. */
    static String year(String text, Converter.Pair pair) throws ValueMisfit {
        BigInteger year = number(text).toBigInteger();
        if (year.signum() != 0 && !YEARS.holds(year)) {
            throw ValueMisfit.of("is no year between " + YEARS.least() + " and " + YEARS.most() + ", nor 0");
        }
        return year.signum() == 0 ? "0000" : year.toString();
    }

    private static BigDecimal number(String text) throws ValueMisfit {
        if (!PLAIN.matcher(text).matches()) {
            throw ValueMisfit.of("is no finite number");
        }
        return new BigDecimal(text);
    }
}
