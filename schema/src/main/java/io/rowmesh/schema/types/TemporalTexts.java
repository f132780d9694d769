package io.rowmesh.schema.types;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates and times: no zone is dropped, no fraction of a second cut off, no date made of what is none. */
final class TemporalTexts {

    private static final Pattern DATE = Pattern.compile("(\\d{4})-(\\d\\d)-(\\d\\d)");
    private static final Pattern DATETIME = Pattern.compile("(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d)(?:\\.(\\d{1,6}))?(\\+00)?");
    private static final Pattern TIME = Pattern.compile("(-?)(\\d{2,})(:\\d\\d:\\d\\d)(?:\\.(\\d{1,6}))?");
    /** MySQL's timestamps begin one second after 1970 and end with what 31 bits count. */
    private static final String FIRST_TIMESTAMP = "1970-01-01 00:00:01";
    private static final String LAST_TIMESTAMP = "2038-01-19 03:14:07";
    private static final int MYSQL_HOURS = 838;
    private static final int DAY_HOURS = 24;

    private TemporalTexts() {
    }

    static String date(String text, Converter.Pair pair) throws ValueMisfit {
        checkDate(text, pair);
        return text;
    }

    /** Between types without a zone. */
    static String datetime(String text, Converter.Pair pair) throws ValueMisfit {
        Matcher parts = DATETIME.matcher(text);
        if (!parts.matches() || parts.group(4) != null) {
            throw outside();
        }
        checkDate(parts.group(1), pair);
        return parts.group(1) + " " + parts.group(2) + fraction(parts.group(3), pair);
    }

    /** Between types that name an instant, both written in UTC. */
    static String instant(String text, Converter.Pair pair) throws ValueMisfit {
        Matcher parts = DATETIME.matcher(text);
        if (!parts.matches()) {
            throw outside();
        }
        checkDate(parts.group(1), pair);
        String second = parts.group(1) + " " + parts.group(2);
        boolean zero = parts.group(1).equals("0000-00-00");
        if (!zero && parts.group(4) == null) {
            throw ValueMisfit.of("names no zone");
        }
        if (!zero && pair.target().mySql() && (second.compareTo(FIRST_TIMESTAMP) < 0 || second.compareTo(LAST_TIMESTAMP) > 0)) {
            throw ValueMisfit.of("is not between " + FIRST_TIMESTAMP + " and " + LAST_TIMESTAMP + " UTC, the ends of MySQL's timestamp");
        }
        return second + fraction(parts.group(3), pair) + (parts.group(4) == null ? "" : parts.group(4));
    }

    /** A time of day, or of MySQL's longer ones. */
    static String time(String text, Converter.Pair pair) throws ValueMisfit {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches()) {
            throw ValueMisfit.of("is no time that the type holds");
        }
        String converted = parts.group(1) + parts.group(2) + parts.group(3) + fraction(parts.group(4), pair);
        boolean ofDay = parts.group(1).isEmpty() && !beyond(parts, DAY_HOURS, ":00:00");
        if (!pair.target().mySql() && !ofDay) {
            throw ValueMisfit.of("is no time of a day, from 00:00:00 to 24:00:00");
        }
        return converted;
    }

    /** A time of MySQL's into an interval of hours, minutes and seconds. */
    static String timeToInterval(String text, Converter.Pair pair) throws ValueMisfit {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches()) {
            throw ValueMisfit.of("is no time of MySQL's");
        }
        return parts.group(1) + parts.group(2) + parts.group(3) + pointed(withoutZeros(parts.group(4)));
    }

    /** An interval into a time of MySQL's, which has no days, months and years. */
    static String intervalToTime(String text, Converter.Pair pair) throws ValueMisfit {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches() || parts.group(2).length() > 3 || beyond(parts, MYSQL_HOURS, ":59:59")) {
            throw ValueMisfit.of("is not made of hours, minutes and seconds up to 838:59:59 alone");
        }
        return parts.group(1) + parts.group(2) + parts.group(3) + fraction(parts.group(4), pair);
    }

    private static boolean beyond(Matcher time, int hours, String minutes) {
        int found = Integer.parseInt(time.group(2));
        int later = time.group(3).compareTo(minutes);
        return found > hours || found == hours && (later > 0 || later == 0 && !withoutZeros(time.group(4)).isEmpty());
    }

    /** MySQL's dates may have zeros or days that no month has; between two MySQL servers they go on. */
    private static void checkDate(String text, Converter.Pair pair) throws ValueMisfit {
        if (pair.source().mySql() && pair.target().mySql()) {
            return;
        }
        Matcher parts = DATE.matcher(text);
        if (!parts.matches()) {
            throw outside();
        }
        int year = Integer.parseInt(parts.group(1));
        try {
            LocalDate.of(year, Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)));
        } catch (DateTimeException e) {
            throw ValueMisfit.of("is no date of the calendar");
        }
        if (year == 0) {
            throw outside();
        }
    }

    private static ValueMisfit outside() {
        return ValueMisfit.of("is no date from 0001-01-01 to 9999-12-31");
    }

    /** With the point, as the target writes it: MySQL to the column's digits, PostgreSQL without zeros at the end. */
    private static String fraction(String digits, Converter.Pair pair) throws ValueMisfit {
        String value = withoutZeros(digits);
        int most = pair.target().number(0);
        if (value.length() > most) {
            throw ValueMisfit.of("has a fraction of a second with more than " + most + " digits");
        }
        return pointed(pair.target().mySql() ? value + "0".repeat(most - value.length()) : value);
    }

    private static String withoutZeros(String digits) {
        return digits == null ? "" : digits.replaceAll("0+$", "");
    }

    private static String pointed(String digits) {
        return digits.isEmpty() ? "" : "." + digits;
    }
}
