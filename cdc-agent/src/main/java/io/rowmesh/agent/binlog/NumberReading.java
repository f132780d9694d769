package io.rowmesh.agent.binlog;

import io.rowmesh.schema.ShortestDigits;

import java.math.BigDecimal;

/** Numbers as exact texts. */
final class NumberReading {

    /** Bytes that hold so many decimal digits. */
    private static final int[] DIGIT_BYTES = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
    private static final int GROUP = 9;
    /** Powers of ten from here on are written with an exponent, and those below the other. */
    private static final int PLAIN_BELOW = 15;
    private static final int PLAIN_FROM = -5;

    private NumberReading() {
    }

    static ValueReader integer(int bytes, boolean unsigned) {
        if (unsigned) {
            return in -> Long.toUnsignedString(in.little(bytes));
        }
        return in -> Long.toString(in.signed(bytes));
    }

    static String floatText(LogBytes in) {
        float value = Float.intBitsToFloat((int) in.little(4));
        return value == 0 ? zero(1 / value < 0) : text(value < 0, ShortestDigits.of(Math.abs(value)));
    }

    static String doubleText(LogBytes in) {
        double value = Double.longBitsToDouble(in.little(8));
        return value == 0 ? zero(1 / value < 0) : text(value < 0, ShortestDigits.of(Math.abs(value)));
    }

    private static String zero(boolean negative) {
        return negative ? "-0" : "0";
    }

    private static String text(boolean negative, BigDecimal size) {
        return (negative ? "-" : "") + text(size);
    }

    private static String text(BigDecimal size) {
        int exponent = size.precision() - size.scale() - 1;
        return exponent >= PLAIN_FROM && exponent < PLAIN_BELOW ? size.toPlainString() : scientific(size);
    }

    /** {@code 1.5e300}, {@code 1e-7}. */
    static String scientific(BigDecimal size) {
        String digits = size.stripTrailingZeros().unscaledValue().toString();
        int exponent = size.precision() - size.scale() - 1;
        return digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "") + "e" + exponent;
    }

    static ValueReader decimal(int precision, int scale) {
        int whole = precision - scale;
        int size = bytes(whole) + bytes(scale);
        return in -> decimal(in.take(size), whole, scale);
    }

    private static int bytes(int digits) {
        return digits / GROUP * 4 + DIGIT_BYTES[digits % GROUP];
    }

    /** The sign is the first bit, turned over; below zero all other bits are as well. */
    private static String decimal(byte[] bytes, int whole, int scale) {
        boolean negative = (bytes[0] & 0x80) == 0;
        bytes[0] ^= (byte) 0x80;
        if (negative) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) ~bytes[i];
            }
        }
        LogBytes in = new LogBytes(bytes);
        StringBuilder digits = new StringBuilder();
        group(in, whole % GROUP, digits);
        for (int i = 0; i < whole / GROUP; i++) {
            group(in, GROUP, digits);
        }
        int zeros = 0;
        while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
            zeros++;
        }
        StringBuilder text = new StringBuilder(negative ? "-" : "").append(digits.length() == 0 ? "0" : digits.substring(zeros));
        if (scale > 0) {
            text.append('.');
            for (int i = 0; i < scale / GROUP; i++) {
                group(in, GROUP, text);
            }
            group(in, scale % GROUP, text);
        }
        return text.toString();
    }

    private static void group(LogBytes in, int digits, StringBuilder text) {
        if (digits > 0) {
            String group = Long.toString(in.big(DIGIT_BYTES[digits]));
            text.append("0".repeat(digits - group.length())).append(group);
        }
    }

    /** One character for each bit, the highest first. */
    static ValueReader bits(int count) {
        return in -> {
            String text = Long.toBinaryString(in.big((count + 7) / 8));
            return "0".repeat(Math.max(0, count - text.length())) + text;
        };
    }
}
