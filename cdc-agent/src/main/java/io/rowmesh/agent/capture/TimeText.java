package io.rowmesh.agent.capture;

import org.postgresql.util.PGInterval;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;

/** Dates, timestamps and intervals as PostgreSQL prints them under DateStyle ISO and IntervalStyle postgres. */
final class TimeText {

    private static final int MICROS = 1_000_000;

    private TimeText() {
    }

    static String date(LocalDate date) {
        return ymd(date) + era(date);
    }

    static String timestamp(LocalDateTime timestamp) {
        return ymd(timestamp.toLocalDate()) + ' ' + hms(timestamp.toLocalTime()) + era(timestamp.toLocalDate());
    }

    /** @param timestamp in UTC */
    static String timestampWithZone(LocalDateTime timestamp) {
        return ymd(timestamp.toLocalDate()) + ' ' + hms(timestamp.toLocalTime()) + "+00" + era(timestamp.toLocalDate());
    }

    /** Java has a year 0; before the year 1 PostgreSQL has 1 BC. */
    private static String ymd(LocalDate date) {
        int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        StringBuilder text = new StringBuilder(16);
        padded(text, year, 4).append('-');
        padded(text, date.getMonthValue(), 2).append('-');
        return padded(text, date.getDayOfMonth(), 2).toString();
    }

    private static String era(LocalDate date) {
        return date.getYear() > 0 ? "" : " BC";
    }

    private static String hms(LocalTime time) {
        StringBuilder text = new StringBuilder(16);
        padded(text, time.getHour(), 2).append(':');
        padded(text, time.getMinute(), 2).append(':');
        padded(text, time.getSecond(), 2);
        return fraction(text, time.getNano() / 1000).toString();
    }

    /** Each of years, months, days and time has its own sign; a plus is printed only after something negative. */
    static String interval(PGInterval interval) {
        StringBuilder text = new StringBuilder();
        boolean afterNegative = part(text, interval.getYears(), "year", false);
        afterNegative = part(text, interval.getMonths(), "mon", afterNegative);
        afterNegative = part(text, interval.getDays(), "day", afterNegative);
        long micros = ((interval.getHours() * 60L + interval.getMinutes()) * 60 + interval.getWholeSeconds()) * MICROS
                + interval.getMicroSeconds();
        if (micros != 0 || text.isEmpty()) {
            text.append(text.isEmpty() ? "" : " ").append(micros < 0 ? "-" : afterNegative ? "+" : "");
            clock(text, Math.abs(micros));
        }
        return text.toString();
    }

    /** @return whether what is printed next comes after something negative */
    private static boolean part(StringBuilder text, int value, String unit, boolean afterNegative) {
        if (value == 0) {
            return afterNegative;
        }
        text.append(text.isEmpty() ? "" : " ").append(afterNegative && value > 0 ? "+" : "").append(value).append(' ').append(unit);
        if (value != 1) {
            text.append('s');
        }
        return value < 0;
    }

    private static void clock(StringBuilder text, long micros) {
        long seconds = micros / MICROS;
        padded(text, seconds / 3600, 2).append(':');
        padded(text, seconds / 60 % 60, 2).append(':');
        padded(text, seconds % 60, 2);
        fraction(text, (int) (micros % MICROS));
    }

    private static StringBuilder fraction(StringBuilder text, int micros) {
        if (micros != 0) {
            text.append('.');
            padded(text, micros, 6);
            while (text.charAt(text.length() - 1) == '0') {
                text.setLength(text.length() - 1);
            }
        }
        return text;
    }

    private static StringBuilder padded(StringBuilder text, long value, int width) {
        String digits = Long.toString(value);
        for (int i = digits.length(); i < width; i++) {
            text.append('0');
        }
        return text.append(digits);
    }
}
