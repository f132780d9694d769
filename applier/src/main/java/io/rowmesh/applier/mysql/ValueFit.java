package io.rowmesh.applier.mysql;

import io.rowmesh.schema.mysql.MySqlFloats;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether a column holds a value as it is. MySQL rounds fractions, takes labels by any case or by their number, strips spaces and pads
 * bytes without an error, in its strict mode as well; what it refuses by itself (lengths, ranges, characters) is left to it.
 */
final class ValueFit {

    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,20}");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,65}(\\.[0-9]{1,65})?");
    private static final Pattern FLOATING = Pattern.compile("-?[0-9]{1,400}(\\.[0-9]{1,1100})?(e[+-]?[0-9]{1,4})?");
    private static final Pattern BITS = Pattern.compile("[01]+");
    private static final Pattern HEX = Pattern.compile("\\\\x([0-9a-f]{2})*");
    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    private static final Pattern TIME = Pattern.compile("-?[0-9]{2,3}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?");
    private static final Pattern DATETIME = Pattern.compile(DATE + " [0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?");
    private static final Pattern TIMESTAMP = Pattern.compile(DATETIME + "\\+00");
    private static final Pattern YEAR = Pattern.compile("[0-9]{4}");
    private static final int SHOWN = 60;
    private static final int FLOAT_DIGITS = 6;
    private static final int DOUBLE_DIGITS = 15;

    private ValueFit() {
    }

    /** @throws SQLException with state 22000 and what is wrong when it does not */
    static void require(MySqlColumn column, String text) throws SQLException {
        String misfit = misfit(column, text);
        if (misfit != null) {
            throw new SQLException("column \"" + column.name() + "\" is " + column.type() + " here and cannot hold the value " + shown(text) + " as it is: "
                    + misfit, "22000");
        }
    }

    private static String shown(String text) {
        return "\"" + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...") + "\"";
    }

    /** Null when it fits. */
    private static String misfit(MySqlColumn column, String text) {
        return switch (column.kind()) {
            case INTEGER -> form(INTEGER, text, "it is no integer");
            case DECIMAL -> first(form(DECIMAL, text, "it is no decimal number"), () -> scale(new BigDecimal(text), column.digits()));
            case FLOAT -> first(form(FLOATING, text, "it is no finite number"), () -> floating(column, text, Float.parseFloat(text)));
            case DOUBLE -> first(form(FLOATING, text, "it is no finite number"), () -> doubled(column, text, Double.parseDouble(text)));
            case BIT -> first(form(BITS, text, "it is no row of bits"), () -> length(text.length(), column.length(), "bits"));
            case CHAR -> text.endsWith(" ") ? "it would lose the spaces at its end" : characters(text);
            case TEXT -> characters(text);
            case BINARY -> first(form(HEX, text, "it is no text of bytes"), () -> length(text.length() / 2 - 1, column.length(), "bytes"));
            case BYTES, GEOMETRY -> form(HEX, text, "it is no text of bytes");
            case DATE -> form(DATE, text, "it is no date");
            case DATETIME -> first(form(DATETIME, text, "it is no date with a time of day and without a zone"), () -> fraction(text, column.digits()));
            case TIMESTAMP -> first(form(TIMESTAMP, text, "it is no instant in UTC"), () -> fraction(text.substring(0, text.length() - 3), column.digits()));
            case TIME -> first(form(TIME, text, "it is no time"), () -> fraction(text, column.digits()));
            case YEAR -> form(YEAR, text, "it is no year");
            case ENUM -> column.labels().contains(text) ? null : "it is none of the labels";
            case SET -> set(column.labels(), text);
            case JSON -> first(characters(text), () -> JsonNumbers.misfit(text));
        };
    }

    private interface Next {
        String misfit();
    }

    private static String first(String misfit, Next next) {
        return misfit == null ? next.misfit() : misfit;
    }

    private static String form(Pattern pattern, String text, String misfit) {
        return pattern.matcher(text).matches() ? null : misfit;
    }

    private static String length(int given, int wanted, String of) {
        return given == wanted ? null : "it has " + given + " " + of + ", and " + wanted + " are stored";
    }

    private static String scale(BigDecimal value, int digits) {
        return value.signum() == 0 || value.stripTrailingZeros().scale() <= digits ? null : "it would be rounded to " + digits + " digits behind the point";
    }

    /** The text has to be the number, not near it; of a float that is the one with the fewest digits. */
    private static String floating(MySqlColumn column, String text, float value) {
        if (Float.isInfinite(value)) {
            return "it is out of range";
        }
        return same(column, text, MySqlFloats.text(value), Math.abs(value) < Float.MIN_NORMAL ? 0 : FLOAT_DIGITS);
    }

    private static String doubled(MySqlColumn column, String text, double value) {
        if (Double.isInfinite(value)) {
            return "it is out of range";
        }
        return same(column, text, MySqlFloats.text(value), Math.abs(value) < Double.MIN_NORMAL ? 0 : DOUBLE_DIGITS);
    }

    /** @param safe so many digits always survive: a text of no more stands for the number nearest to it, as 1e23 does */
    private static String same(MySqlColumn column, String text, String stored, int safe) {
        BigDecimal value = new BigDecimal(text);
        if (value.compareTo(new BigDecimal(stored)) != 0 && value.stripTrailingZeros().precision() > safe) {
            return "it would be rounded to " + stored;
        }
        return column.digits() < 0 ? null : scale(value, column.digits());
    }

    /** Half of a pair of surrogates has no bytes; the driver would write a question mark. */
    private static String characters(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text) ? null : "it holds half a character";
    }

    private static String fraction(String text, int digits) {
        int point = text.indexOf('.');
        if (point < 0) {
            return null;
        }
        String rest = text.substring(Math.min(text.length(), point + 1 + digits));
        return rest.chars().allMatch(c -> c == '0') ? null : "it would be rounded to " + digits + " digits of a second";
    }

    private static String set(List<String> labels, String text) {
        if (text.isEmpty()) {
            return null;
        }
        Set<String> met = new HashSet<>();
        for (String label : text.split(",", -1)) {
            if (!labels.contains(label) || !met.add(label)) {
                return "\"" + label + "\" is none of the labels, or twice there";
            }
        }
        return null;
    }
}
