package io.rowmesh.rules;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.TreeSet;

/**
 * PostgreSQL arrays as sets: one dimension, no nulls, each element once, integers in their order and other texts in the order
 * of their bytes (collation "C"). The output is PostgreSQL's own text of that array, and the one that the table's trigger makes.
 */
final class SetText {

    private static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    private static final Comparator<String> BY_NUMBER = Comparator.comparing(BigInteger::new);

    private SetText() {
    }

    /**
     * @param type the arrays' type as {@code format_type} prints it, {@code integer[]} for example
     * @throws IllegalArgumentException for a text that is no array
     */
    static String union(String type, Collection<String> arrays) {
        boolean numbers = type.equals("integer[]") || type.equals("bigint[]") || type.equals("smallint[]");
        TreeSet<String> elements = new TreeSet<>(numbers ? BY_NUMBER : BY_BYTES);
        arrays.forEach(array -> parse(array, elements));
        StringBuilder text = new StringBuilder("{");
        for (String element : elements) {
            if (text.length() > 1) {
                text.append(',');
            }
            append(text, element);
        }
        return text.append('}').toString();
    }

    private static void parse(String array, Collection<String> into) {
        int at = array.startsWith("[") ? array.indexOf('=') + 1 : 0;
        if (array.length() - at < 2 || array.charAt(at) != '{' || !array.endsWith("}")) {
            throw new IllegalArgumentException("a column under union holds " + array + ", which is no array");
        }
        StringBuilder element = new StringBuilder();
        boolean quoted = false;
        boolean open = false;
        for (; at < array.length(); at++) {
            char c = array.charAt(at);
            if (open && c == '\\') {
                element.append(array.charAt(++at));
            } else if (c == '"') {
                open = !open;
                quoted = true;
            } else if (!open && (c == '{' || c == '}' || c == ',')) {
                boolean none = element.isEmpty() && !quoted || !quoted && element.toString().equalsIgnoreCase("null");
                if (!none) {
                    into.add(element.toString());
                }
                element.setLength(0);
                quoted = false;
            } else {
                element.append(c);
            }
        }
    }

    /** As array_out quotes. */
    private static void append(StringBuilder text, String element) {
        boolean plain = !element.isEmpty() && !element.toUpperCase(Locale.ROOT).equals("NULL")
                && element.chars().noneMatch(c -> "\"\\{}, \t\n\r\u000b\f".indexOf(c) >= 0);
        if (plain) {
            text.append(element);
            return;
        }
        text.append('"');
        for (char c : element.toCharArray()) {
            if (c == '"' || c == '\\') {
                text.append('\\');
            }
            text.append(c);
        }
        text.append('"');
    }
}
