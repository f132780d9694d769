package io.rowmesh.schema.types;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A column's type as it stands on the wire, taken apart. MySQL's begin with {@code mysql:}, all others are PostgreSQL's.
 *
 * @param text    as on the wire
 * @param pattern with letters in place of the parameters, as the table of mappings names it: {@code mysql:decimal(p,s) unsigned}
 * @param numbers its parameters: length, or precision and scale, or digits of a second (PostgreSQL's and MySQL's defaults filled in)
 * @param members labels of an enum or a set, in the order of their definition
 */
record TypeName(String text, String pattern, List<Integer> numbers, List<String> members) {

    static final String MYSQL = "mysql:";

    private static final Pattern SHAPE = Pattern.compile("([a-z ]+?)(?:\\((-?\\d{1,9})(?:,(-?\\d{1,9}))?\\))?( unsigned| with time zone| without time zone)?( zerofill)?");
    private static final Pattern LIST = Pattern.compile("(enum|set)\\((.*)\\)", Pattern.DOTALL);
    private static final Map<String, String> MYSQL_PARAMETERS = Map.ofEntries(
            Map.entry("char", "n"), Map.entry("varchar", "n"), Map.entry("binary", "n"), Map.entry("varbinary", "n"), Map.entry("bit", "n"),
            Map.entry("decimal", "p,s"), Map.entry("datetime", "f"), Map.entry("timestamp", "f"), Map.entry("time", "f"));
    private static final Map<String, String> POSTGRES_PARAMETERS = Map.of(
            "character", "n", "character varying", "n", "bit", "n", "bit varying", "n", "numeric", "p,s", "time", "f", "timestamp", "f", "interval", "f");
    /** Of PostgreSQL's times when none are given. */
    private static final int MICROSECONDS = 6;

    static boolean isMySql(String type) {
        return type.startsWith(MYSQL);
    }

    static TypeName of(String text) {
        return isMySql(text) ? mySql(text, text.substring(MYSQL.length())) : postgres(text);
    }

    boolean mySql() {
        return isMySql(text);
    }

    /** The pattern without {@code mysql:}. */
    String base() {
        return mySql() ? pattern.substring(MYSQL.length()) : pattern;
    }

    int number(int index) {
        return numbers.get(index);
    }

    private static TypeName mySql(String text, String bare) {
        Matcher list = LIST.matcher(bare);
        if (list.matches()) {
            return new TypeName(text, MYSQL + list.group(1) + "(...)", List.of(), labels(list.group(2)));
        }
        Matcher shape = SHAPE.matcher(bare);
        if (!shape.matches()) {
            return new TypeName(text, text, List.of(), List.of());
        }
        String base = shape.group(1);
        String sign = shape.group(4) == null ? "" : shape.group(4);
        String letters = MYSQL_PARAMETERS.get(base);
        if (letters != null) {
            return new TypeName(text, MYSQL + base + "(" + letters + ")" + sign, numbers(shape, letters, 0), List.of());
        }
        if ((base.equals("float") || base.equals("double")) && shape.group(3) != null) {
            return new TypeName(text, MYSQL + base + "(p,s)" + sign, numbers(shape, "p,s", 0), List.of());
        }
        String flag = base.equals("tinyint") && "1".equals(shape.group(2)) && sign.isEmpty() ? "(1)" : "";
        return new TypeName(text, MYSQL + base + flag + sign, List.of(), List.of());
    }

    private static TypeName postgres(String text) {
        if (text.endsWith("[]")) {
            return new TypeName(text, "type[]", List.of(), List.of());
        }
        if (text.indexOf('.') >= 0) {
            return new TypeName(text, "schema.type", List.of(), List.of());
        }
        Matcher shape = SHAPE.matcher(text);
        String letters = shape.matches() ? POSTGRES_PARAMETERS.get(shape.group(1)) : null;
        boolean time = "f".equals(letters) && shape.group(4) != null;
        if (letters == null || shape.group(2) == null && !time) {
            return new TypeName(text, text, List.of(), List.of());
        }
        String zone = shape.group(4) == null ? "" : shape.group(4);
        return new TypeName(text, shape.group(1) + "(" + letters + ")" + zone, numbers(shape, letters, MICROSECONDS), List.of());
    }

    private static List<Integer> numbers(Matcher shape, String letters, int fraction) {
        if (letters.equals("p,s")) {
            return List.of(number(shape.group(2), 10), number(shape.group(3), 0));
        }
        return List.of(number(shape.group(2), letters.equals("f") ? fraction : 1));
    }

    private static int number(String digits, int otherwise) {
        return digits == null ? otherwise : Integer.parseInt(digits);
    }

    /** Reads {@code 'a','it''s'} as MySQL prints it: a quote is doubled; backslash, NUL, newline and return have a backslash. */
    private static List<String> labels(String list) {
        List<String> labels = new ArrayList<>();
        StringBuilder label = null;
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            char next = i + 1 < list.length() ? list.charAt(i + 1) : ',';
            if (label == null) {
                label = c == '\'' ? new StringBuilder() : null;
            } else if (c == '\'' && next == '\'') {
                label.append(c);
                i++;
            } else if (c == '\'') {
                labels.add(label.toString());
                label = null;
            } else if (c == '\\' && "\\0nr".indexOf(next) >= 0) {
                label.append(unescaped(next));
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

    @Override
    public String toString() {
        return text;
    }
}
