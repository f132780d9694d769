package io.rowmesh.agent.binlog;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Dates and times as MySQL prints them; zero and invalid dates as they are. */
final class TimeReading {

    private static final int MICRO_DIGITS = 6;

    private TimeReading() {
    }

    static String date(LogBytes in) {
        int packed = (int) in.little(3);
        return date(packed >> 9, packed >> 5 & 15, packed & 31);
    }

    static String year(LogBytes in) {
        int year = in.u8();
        return year == 0 ? "0000" : Integer.toString(1900 + year);
    }

    /** @param digits after the second's point, 0 to 6 */
    static ValueReader datetime(int digits) {
        return in -> {
            long whole = in.big(5) - 0x80_0000_0000L;
            return datetime(whole << 24 | fraction(in, digits), digits);
        };
    }

    /** In UTC, followed by {@code +00}. */
    static ValueReader timestamp(int digits) {
        return in -> {
            long seconds = in.big(4);
            long micros = fraction(in, digits);
            return instant(seconds) + fractionText(micros, digits) + "+00";
        };
    }

    private static String instant(long seconds) {
        if (seconds == 0) {
            return "0000-00-00 00:00:00";
        }
        LocalDateTime t = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
        return date(t.getYear(), t.getMonthValue(), t.getDayOfMonth()) + " " + clock(t.getHour(), t.getMinute(), t.getSecond());
    }

    static ValueReader time(int digits) {
        int bytes = (digits + 1) / 2;
        return in -> {
            // The number counts up from the most negative time, its fraction included.
            long packed = in.big(3 + bytes) - (0x80_0000L << Byte.SIZE * bytes);
            long size = Math.abs(packed);
            long micros = (size & (1L << Byte.SIZE * bytes) - 1) * scale(bytes);
            return time(packed < 0, size >> Byte.SIZE * bytes, micros, digits);
        };
    }

    private static String time(boolean negative, long clock, long micros, int digits) {
        return (negative ? "-" : "") + clock((int) (clock >> 12 & 0x3ff), (int) (clock >> 6 & 63), (int) (clock & 63))
                + fractionText(micros, digits);
    }

    /** @param packed as JSON holds it: the datetime's fields above 24 bits of microseconds */
    static String datetime(long packed, int digits) {
        long whole = packed >> 24;
        int clock = (int) (whole & (1 << 17) - 1);
        return dateOf(packed) + " " + clock(clock >> 12, clock >> 6 & 63, clock & 63) + fractionText(packed & 0xff_ffff, digits);
    }

    static String dateOf(long packed) {
        long day = packed >> 41;
        int month = (int) (day >> 5);
        return date(month / 13, month % 13, (int) (day & 31));
    }

    /** A time as JSON holds it, with microseconds. */
    static String timeOf(long packed) {
        long size = Math.abs(packed);
        return time(packed < 0, size >> 24, size & 0xff_ffff, MICRO_DIGITS);
    }

    private static long fraction(LogBytes in, int digits) {
        int bytes = (digits + 1) / 2;
        return bytes == 0 ? 0 : in.big(bytes) * scale(bytes);
    }

    /** Microseconds in the last unit of a fraction of so many bytes. */
    private static long scale(int bytes) {
        return switch (bytes) {
            case 1 -> 10_000;
            case 2 -> 100;
            default -> 1;
        };
    }

    private static String fractionText(long micros, int digits) {
        return digits == 0 ? "" : "." + padded(micros, MICRO_DIGITS).substring(0, digits);
    }

    private static String date(int year, int month, int day) {
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
    }

    private static String clock(int hour, int minute, int second) {
        return padded(hour, 2) + ":" + padded(minute, 2) + ":" + padded(second, 2);
    }

    private static String padded(long number, int width) {
        String text = Long.toString(number);
        return "0".repeat(Math.max(0, width - text.length())) + text;
    }
}
