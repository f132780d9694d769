package io.rowmesh.testbed.torture;

import java.util.stream.Collectors;

/** SQL of MySQL for the texts of a row {@code t} that PostgreSQL's rows have. */
final class MySqlText {

    private MySqlText() {
    }

    /** The canonical key, as {@link Table#keyOfRow}. */
    static String key(Table table) {
        return "concat('[\"', " + table.key().stream().map(column -> "t." + column).collect(Collectors.joining(", '\",\"', ")) + ", '\"]')";
    }

    /** What PostgreSQL prints for a whole row, {@code (1,a-3.0,7)}. No text has a backslash. */
    static String image(Table table) {
        return "concat('(', " + table.columns().stream().map(MySqlText::value).collect(Collectors.joining(", ',', ")) + ", ')')";
    }

    private static String value(String column) {
        String text = "cast(t." + column + " as char)";
        return "coalesce(if(" + text + " = '' or " + text + " regexp '[ ,()\"]', concat('\"', replace(" + text + ", '\"', '\"\"'), '\"'), " + text
                + "), '')";
    }
}
