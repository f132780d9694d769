package io.rowmesh.applier.mysql;

import io.rowmesh.schema.ShortestDigits;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The numbers of a JSON text. MySQL keeps integers of 64 bits, and makes a double of whatever else it reads: of a number with more digits it
 * would keep some. Other errors of the text are left to it.
 */
final class JsonNumbers {

    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger GREATEST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    /** So many digits always survive. */
    private static final int SAFE = 15;
    private static final int LONGEST = 400;

    private JsonNumbers() {
    }

    /** What is wrong with a number of it, null when MySQL keeps them all. */
    static String misfit(String json) {
        int i = 0;
        while (i < json.length()) {
            char c = json.charAt(i);
            if (c == '"') {
                i = endOfString(json, i + 1);
            } else if (c == '-' || c >= '0' && c <= '9') {
                int end = endOfNumber(json, i);
                if (!isKept(json.substring(i, end))) {
                    return "its number " + json.substring(i, Math.min(end, i + LONGEST)) + " would be rounded";
                }
                i = end;
            } else {
                i++;
            }
        }
        return null;
    }

    private static int endOfString(String json, int from) {
        int i = from;
        while (i < json.length() && json.charAt(i) != '"') {
            i += json.charAt(i) == '\\' ? 2 : 1;
        }
        return i + 1;
    }

    private static int endOfNumber(String json, int from) {
        int i = from;
        while (i < json.length() && "+-.eE0123456789".indexOf(json.charAt(i)) >= 0) {
            i++;
        }
        return i;
    }

    private static boolean isKept(String number) {
        if (number.length() > LONGEST) {
            return false;
        }
        BigDecimal value;
        try {
            value = new BigDecimal(number);
        } catch (NumberFormatException e) {
            // No number at all, which MySQL will say.
            return true;
        }
        if (number.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9') && isInteger(value.toBigInteger())) {
            return true;
        }
        double stored = value.doubleValue();
        if (Double.isInfinite(stored)) {
            return false;
        }
        if (stored == 0) {
            return value.signum() == 0;
        }
        return value.stripTrailingZeros().precision() <= SAFE && Math.abs(stored) >= Double.MIN_NORMAL
                || ShortestDigits.of(Math.abs(stored)).compareTo(value.abs()) == 0;
    }

    private static boolean isInteger(BigInteger value) {
        return value.compareTo(LEAST) >= 0 && value.compareTo(GREATEST) <= 0;
    }
}
