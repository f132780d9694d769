package io.rowmesh.schema.mysql;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What information_schema says of a column's type (COLUMN_TYPE), as it travels and taken apart. */
public final class MySqlTypeText {

    /** Before the name of each type of MySQL's on the wire. */
    public static final String PREFIX = "mysql:";

    private static final Pattern INTEGER = Pattern.compile("(tinyint|smallint|mediumint|int|bigint)(\\(\\d+\\))?( unsigned)?( zerofill)?");
    private static final Pattern NUMBERS = Pattern.compile("[a-z]+\\((\\d+)(?:,(\\d+))?\\).*");

    private MySqlTypeText() {
    }

    /** Without what older servers print beside it: widths of display (but for {@code tinyint(1)}) and zerofill; with {@link #PREFIX}. */
    public static String wire(String columnType) {
        Matcher integer = INTEGER.matcher(columnType);
        if (integer.matches()) {
            String unsigned = integer.group(3) == null ? "" : integer.group(3);
            return PREFIX + integer.group(1) + (columnType.equals("tinyint(1)") ? "(1)" : "") + unsigned;
        }
        if (columnType.startsWith("year(")) {
            return PREFIX + "year";
        }
        if (columnType.equals("geometrycollection")) {
            return PREFIX + "geomcollection";
        }
        return PREFIX + (columnType.startsWith("enum(") || columnType.startsWith("set(") ? columnType : columnType.replace(" zerofill", ""));
    }

    /** One of the numbers in the brackets: length, precision and scale, digits of a second. @param otherwise when it is not there */
    public static int number(String columnType, int index, int otherwise) {
        Matcher numbers = NUMBERS.matcher(columnType);
        return numbers.matches() && numbers.group(index + 1) != null ? Integer.parseInt(numbers.group(index + 1)) : otherwise;
    }

    /** The labels of an enum or a set. A quote is doubled; backslash, NUL, newline and return have a backslash. */
    public static List<String> labels(String columnType) {
        List<String> labels = new ArrayList<>();
        StringBuilder label = null;
        for (int i = columnType.indexOf('('); i < columnType.length(); i++) {
            char c = columnType.charAt(i);
            char next = i + 1 < columnType.length() ? columnType.charAt(i + 1) : ',';
            if (label == null) {
                label = c == '\'' ? new StringBuilder() : null;
            } else if (c == '\'' && next != '\'') {
                labels.add(label.toString());
                label = null;
            } else if (c == '\'' || c == '\\' && "\\0nr".indexOf(next) >= 0) {
                label.append(c == '\'' ? c : unescaped(next));
                i++;
            } else {
                label.append(c);
            }
        }
        return List.copyOf(labels);
    }

    private static char unescaped(char escaped) {
        return switch (escaped) {
            case '0' -> '\0';
            case 'n' -> '\n';
            case 'r' -> '\r';
            default -> escaped;
        };
    }
}
