package io.rowmesh.node.config;

import io.rowmesh.schema.TableId;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern for tables, {@code schema.table}: {@code *} stands for any characters, {@code ?} for one, all others for
 * themselves, upper and lower case told apart. A part in double quotes is exact, so that names with dots and stars can be
 * written: {@code public."a.b"}; a quote within is doubled.
 */
public record TableGlob(String text, String schemaRegex, String tableRegex) {

    private static final String PART = "(\"(?:[^\"]|\"\")+\"|[^\".]+)";
    private static final Pattern FORM = Pattern.compile(PART + "\\." + PART, Pattern.DOTALL);

    /** Throws IllegalArgumentException with what is expected. */
    public static TableGlob parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("expected schema.table, where * and ? are wildcards; "
                    + "a name with dots or quotes goes in double quotes, like public.\"a.b\"");
        }
        return new TableGlob(text, regex(parts.group(1)), regex(parts.group(2)));
    }

    public boolean matches(TableId table) {
        return matches(schemaRegex, table.schema()) && matches(tableRegex, table.name());
    }

    private static boolean matches(String regex, String name) {
        return Pattern.compile(regex, Pattern.DOTALL).matcher(name).matches();
    }

    private static String regex(String part) {
        if (part.startsWith("\"")) {
            return Pattern.quote(part.substring(1, part.length() - 1).replace("\"\"", "\""));
        }
        StringBuilder regex = new StringBuilder();
        part.codePoints().forEach(c -> regex.append(switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(Character.toString(c));
        }));
        return regex.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
