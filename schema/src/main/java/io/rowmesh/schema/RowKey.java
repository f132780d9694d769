package io.rowmesh.schema;

import java.math.BigDecimal;
import java.util.List;

/**
 * The canonical text of a row's key: a JSON array of the key columns' texts, equal exactly when the database calls the keys
 * equal (MySQL's text keys have binary collations that ignore spaces at the end). It names a row in tombstones, parked rows and key locks.
 */
public final class RowKey {

    /** Stands for every key of a table: what a truncate deletes. */
    public static final String ALL = "*";

    private RowKey() {
    }

    public static String of(TableShape table, Row row) {
        StringBuilder json = new StringBuilder("[");
        for (int position : table.keyPositions()) {
            if (json.length() > 1) {
                json.append(',');
            }
            JsonText.quote(json, canonical(table.columns().get(position).type(), row.get(position)));
        }
        return json.append(']').toString();
    }

    /** The key of a change, {@link #ALL} for a truncate. */
    public static String of(RowChange change) {
        Row image = RowChange.keyImage(change);
        return image == null ? ALL : of(change.table(), image);
    }

    /** The canonical texts of the key columns. @param key not {@link #ALL} */
    public static List<String> texts(String key) {
        return JsonText.strings(key);
    }

    /** Texts differ and values are equal only for numeric (trailing zeros) and char(n) (trailing spaces) of PostgreSQL's. */
    private static String canonical(String type, String text) {
        if (type.startsWith("mysql:")) {
            return canonicalOfMySql(type.substring("mysql:".length()), text);
        }
        if (type.startsWith("numeric")) {
            return canonicalNumeric(text);
        }
        if (type.startsWith("character(") || type.equals("bpchar") || type.equals("character")) {
            return stripTrailingSpaces(text);
        }
        return text;
    }

    /** In MySQL for decimals, for -0 and other texts of one float, and for every text, as comparisons fill up with spaces. */
    private static String canonicalOfMySql(String type, String text) {
        if (type.startsWith("decimal")) {
            return canonicalNumeric(text);
        }
        if (type.startsWith("float")) {
            return Float.toString(Float.parseFloat(text) + 0f);
        }
        if (type.startsWith("double")) {
            return Double.toString(Double.parseDouble(text) + 0d);
        }
        if (type.startsWith("char(") || type.startsWith("varchar(") || type.endsWith("text")) {
            return stripTrailingSpaces(text);
        }
        return text;
    }

    private static String canonicalNumeric(String text) {
        char last = text.charAt(text.length() - 1);
        if (last < '0' || last > '9') {
            return text;
        }
        BigDecimal value = new BigDecimal(text);
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    private static String stripTrailingSpaces(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }
}
